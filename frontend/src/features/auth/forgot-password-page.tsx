/** Asking for another password, by mail. */
import { useState } from 'react'
import { Link, useSearchParams } from 'react-router'
import { api, unwrap } from '@/api/client'
import { TextLink } from '@/components/text-link'
import { Button } from '@/components/ui/button'
import { paths } from '@/lib/paths'
import { AddressForm } from './address-form'
import { AuthFrame } from './auth-frame'

/** The form, and what is said afterwards. That is the same whether or not there is an account. */
export function ForgotPasswordPage() {
  const [parameters] = useSearchParams()
  const [email, setEmail] = useState<string>()
  const signIn = { pathname: paths.signIn, search: parameters.toString() }
  if (email === undefined) {
    return (
      <AddressForm
        title="Forgot your password?"
        description="We send you a link to choose another one."
        send={(to) => unwrap(api.POST('/api/auth/forgot-password', { body: { email: to } }))}
        onSent={setEmail}
        footer={<TextLink to={signIn}>Back to signing in</TextLink>}
      />
    )
  }
  return (
    <AuthFrame title="Check your mail" outcome>
      <p className="mt-2 text-base text-muted">
        If <strong className="font-semibold text-ink">{email}</strong> has an account here, a mail
        is on its way to it. The link in it works once, for one hour.
      </p>
      <div className="mt-8 flex flex-col gap-2">
        <Button asChild>
          <Link to={signIn}>Back to signing in</Link>
        </Button>
        <Button variant="secondary" onClick={() => setEmail(undefined)}>
          Use another address
        </Button>
      </div>
    </AuthFrame>
  )
}
