/** Setting up a second factor: the password, then the secret and a first code, then recovery codes. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { SubmitEvent } from 'react'
import { meQuery } from '@/api/account'
import { api, unwrap } from '@/api/client'
import type { SecondFactorSetup } from '@/api/types'
import { QrCode } from '@/components/qr-code'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { Field } from '@/components/ui/field'
import { Notice } from '@/components/ui/notice'
import { formFault } from '@/lib/form-fault'
import { CodeForm } from './code-form'
import { RECOVERY_WORDS, RecoveryCodeList } from './recovery-codes'

interface SetUpDialogProps {
  /** Whether there is a password to ask for. */
  withPassword: boolean
  onClose: () => void
}

/** The dialog; stays open when it has something to show that is never shown again. */
export function SetUpDialog({ withPassword, onClose }: SetUpDialogProps) {
  const queries = useQueryClient()
  const begin = useMutation({
    mutationFn: (password: string) =>
      unwrap(api.POST('/api/me/second-factor', { body: withPassword ? { password } : {} })),
  })
  const confirm = useMutation({
    mutationFn: (code: string) =>
      unwrap(api.POST('/api/me/second-factor/confirm', { body: { code } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: meQuery.queryKey }),
  })
  const codes = confirm.data?.recovery_codes
  return (
    <Dialog
      open
      onClose={onClose}
      title={codes ? 'Keep your recovery codes' : 'Set up a second factor'}
      description={codes ? RECOVERY_WORDS : stepWords(begin.data, withPassword)}
      stays={codes !== undefined}
    >
      {codes ? (
        <RecoveryCodeList codes={codes} onDone={onClose} />
      ) : begin.data ? (
        <div className="flex flex-col gap-6">
          <Secret setup={begin.data} />
          <CodeForm
            submit="Turn on"
            pending={confirm.isPending}
            error={confirm.error}
            onCode={confirm.mutate}
          />
        </div>
      ) : (
        <Begin withPassword={withPassword} begin={begin} />
      )}
    </Dialog>
  )
}

function stepWords(setup: SecondFactorSetup | undefined, withPassword: boolean): string {
  if (setup) return 'Scan this with your authenticator, then type the code that it shows.'
  return withPassword
    ? 'First show that it is you.'
    : 'You need an authenticator app on your phone.'
}

function Secret({ setup: { secret, otpauth_url } }: { setup: SecondFactorSetup }) {
  return (
    <div className="flex flex-col items-center gap-3">
      <QrCode
        text={otpauth_url}
        label="QR code for your authenticator"
        className="size-48 rounded-md"
      />
      <p className="text-center text-xs text-muted">
        Or type this into it:
        <br />
        <span className="font-mono text-sm break-all text-ink">{secret}</span>
      </p>
    </div>
  )
}

interface BeginProps {
  withPassword: boolean
  begin: { mutate: (password: string) => void; isPending: boolean; error: unknown }
}

function Begin({ withPassword, begin }: BeginProps) {
  const fault = formFault(begin.error, { password: 'That is not your password.' })
  const send = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    const password = new FormData(event.currentTarget).get('password')
    begin.mutate(typeof password === 'string' ? password : '')
  }
  return (
    <form onSubmit={send} className="flex flex-col gap-6" noValidate>
      {fault.whole && <Notice tone="danger">{fault.whole}</Notice>}
      {withPassword && (
        <Field
          label="Your password"
          name="password"
          type="password"
          autoComplete="current-password"
          error={fault.of('password')}
        />
      )}
      <Button type="submit" disabled={begin.isPending}>
        Continue
      </Button>
    </form>
  )
}
