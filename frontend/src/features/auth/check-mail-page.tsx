/** After a registration, or a sign-in too early: the mail with the link to confirm the address comes first. */
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useLocation, useSearchParams } from 'react-router'
import { resendVerification } from '@/api/verification'
import { TextLink } from '@/components/text-link'
import { Button } from '@/components/ui/button'
import { Notice } from '@/components/ui/notice'
import { paths } from '@/lib/paths'
import { problemWords } from '@/lib/problem-words'
import { AddressForm } from './address-form'
import { AuthFrame } from './auth-frame'

/** Who comes from another page brings the address along; anybody else is asked for it. */
export function CheckMailPage() {
  const [parameters] = useSearchParams()
  const brought = addressIn(useLocation().state)
  const [typed, setTyped] = useState<string>()
  const email = brought ?? typed
  const signIn = { pathname: paths.signIn, search: parameters.toString() }
  if (email === undefined) {
    return (
      <AddressForm
        title="Confirm your address"
        description="We send you a new link."
        send={resendVerification}
        onSent={setTyped}
        footer={<TextLink to={signIn}>Back to signing in</TextLink>}
      />
    )
  }
  return (
    <AuthFrame title="Check your mail" outcome={typed !== undefined}>
      <p className="mt-2 text-base text-muted">
        We sent one to <strong className="font-semibold text-ink">{email}</strong>. Open the link in
        it to confirm that the address is yours: it works for 24 hours.
      </p>
      <div className="mt-8 flex flex-col gap-2">
        <Button asChild>
          <Link to={signIn}>I have done that: sign in</Link>
        </Button>
        <SendAgain email={email} />
      </div>
    </AuthFrame>
  )
}

function SendAgain({ email }: { email: string }) {
  const send = useMutation({ mutationFn: () => resendVerification(email) })
  return (
    <>
      <Button variant="secondary" disabled={send.isPending} onClick={() => send.mutate()}>
        Send it again
      </Button>
      <p role="status" className="mt-2 text-sm text-muted">
        {send.isSuccess
          ? 'Sent again. The newest mail has the link to open.'
          : 'Nothing there? Look among the spam, too.'}
      </p>
      {send.error && <Notice tone="danger">{problemWords(send.error)}</Notice>}
    </>
  )
}

/** What the page before left in the history, which may be anything. */
function addressIn(state: unknown): string | undefined {
  return typeof state === 'object' &&
    state !== null &&
    'email' in state &&
    typeof state.email === 'string'
    ? state.email
    : undefined
}
