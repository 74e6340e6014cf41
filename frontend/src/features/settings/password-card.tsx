/** Choosing another password, with the one until now. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { SubmitEvent } from 'react'
import { useMe } from '@/api/account'
import { session } from '@/api/session'
import { NewPasswordField } from '@/components/new-password-field'
import { Button } from '@/components/ui/button'
import { Card, CardDescription, CardTitle } from '@/components/ui/card'
import { Field } from '@/components/ui/field'
import { Notice } from '@/components/ui/notice'
import { useToast } from '@/components/ui/toast-context'
import { formFault, PASSWORD_RULE } from '@/lib/form-fault'
import { sessionsQuery } from './session-queries'
import { tokensQuery } from './token-queries'

/** The sheet of the settings about the password. */
export function PasswordCard() {
  const { data: me } = useMe()
  const queries = useQueryClient()
  const toast = useToast()
  const change = useMutation({
    mutationFn: (form: HTMLFormElement) => session.changePassword(passwordsIn(form)),
    onSuccess: async (_, form) => {
      form.reset()
      toast({ title: 'Your password is changed.' })
      await Promise.all([
        queries.invalidateQueries({ queryKey: sessionsQuery.queryKey }),
        queries.invalidateQueries({ queryKey: tokensQuery.queryKey }),
      ])
    },
  })
  const fault = formFault(change.error, RULES)
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    change.mutate(event.currentTarget)
  }
  return (
    <Card aria-labelledby="password">
      <CardTitle id="password">Password</CardTitle>
      <CardDescription>
        Changing it signs out every other device, and ends your API tokens.
      </CardDescription>
      <form onSubmit={submit} className="mt-4 flex max-w-sm flex-col gap-6" noValidate>
        {fault.whole && <Notice tone="danger">{fault.whole}</Notice>}
        {/* Tells password managers whose password this is. */}
        <input hidden readOnly type="text" autoComplete="username" value={me?.email ?? ''} />
        <Field
          label="Current password"
          name="current_password"
          type="password"
          autoComplete="current-password"
          error={fault.of('current_password')}
        />
        <NewPasswordField label="New password" error={fault.of('password')} />
        <Button type="submit" disabled={change.isPending} className="sm:self-start">
          Change password
        </Button>
      </form>
    </Card>
  )
}

function passwordsIn(form: HTMLFormElement) {
  const values = new FormData(form)
  const text = (name: string) => {
    const value = values.get(name)
    return typeof value === 'string' ? value : ''
  }
  return { current_password: text('current_password'), password: text('password') }
}

const RULES = { current_password: 'That is not your password.', password: PASSWORD_RULE }
