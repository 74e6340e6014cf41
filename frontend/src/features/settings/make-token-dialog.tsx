/** Making an API token: what for first, then the token. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type SubmitEvent, useId } from 'react'
import { api, unwrap } from '@/api/client'
import type { Role, Scope } from '@/api/types'
import { Button } from '@/components/ui/button'
import { Checkbox } from '@/components/ui/checkbox'
import { Choice } from '@/components/ui/choice'
import { Field } from '@/components/ui/field'
import { Notice } from '@/components/ui/notice'
import { formFault } from '@/lib/form-fault'
import { ROLE_SCOPES } from '@/lib/roles'
import { TokenDialog } from './token-dialog'
import { tokensQuery } from './token-queries'
import { LIFETIMES, SCOPE_WORDS, tokenRequest } from './token-request'

interface MakeTokenDialogProps {
  /** The role of whoever makes it: no token may do more. */
  role: Role
  onClose: () => void
}

/** The dialog. */
export function MakeTokenDialog({ role, onClose }: MakeTokenDialogProps) {
  const queries = useQueryClient()
  const make = useMutation({
    mutationFn: (values: FormData) =>
      unwrap(api.POST('/api/me/tokens', { body: tokenRequest(values) })),
    onSuccess: () => queries.invalidateQueries({ queryKey: tokensQuery.queryKey }),
  })
  const fault = formFault(make.error, RULES)
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    make.mutate(new FormData(event.currentTarget))
  }
  return (
    <TokenDialog
      title="Make a token"
      description="Whoever has it can do what you allow here, in your name."
      issued={make.data}
      onClose={onClose}
    >
      <form onSubmit={submit} className="flex flex-col gap-6" noValidate>
        {fault.whole && <Notice tone="danger">{fault.whole}</Notice>}
        <Field
          label="Name"
          name="name"
          autoComplete="off"
          maxLength={64}
          hint="What it is for, such as “Nightly backup”."
          error={fault.of('name')}
        />
        <Scopes scopes={ROLE_SCOPES[role]} error={fault.of('scopes')} />
        <Choice label="Expires" name="expires_in" options={LIFETIMES} />
        <Button type="submit" disabled={make.isPending}>
          Make the token
        </Button>
      </form>
    </TokenDialog>
  )
}

const RULES = {
  name: 'Give it a name of up to 64 characters.',
  scopes: 'Choose at least one thing that it may do.',
}

function Scopes({ scopes, error }: { scopes: readonly Scope[]; error: string | undefined }) {
  const id = useId()
  return (
    <fieldset aria-describedby={error ? `${id}-error` : undefined}>
      <legend className="text-sm font-medium">What it may do</legend>
      <div className="mt-2 flex flex-col">
        {scopes.map((scope) => (
          <label
            key={scope}
            htmlFor={`${id}-${scope}`}
            className="flex cursor-pointer items-center gap-3 py-2 text-sm"
          >
            <Checkbox
              id={`${id}-${scope}`}
              name="scopes"
              value={scope}
              defaultChecked={scopes.length === 1}
            />
            <span className="flex flex-1 flex-wrap justify-between gap-x-4">
              {SCOPE_WORDS[scope]}{' '}
              <span className="font-mono text-xs leading-5 text-muted">{scope}</span>
            </span>
          </label>
        ))}
      </div>
      {error && (
        <p id={`${id}-error`} role="alert" className="mt-1 text-sm text-danger">
          {error}
        </p>
      )}
    </fieldset>
  )
}
