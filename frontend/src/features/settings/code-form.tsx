/** Asks for a code of the second factor. Used by the dialogs about it. */
import type { SubmitEvent } from 'react'
import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { Notice } from '@/components/ui/notice'
import { formFault } from '@/lib/form-fault'

interface CodeFormProps {
  /** What the button says. */
  submit: string
  hint?: string
  danger?: boolean
  pending: boolean
  /** Why the last code did not do. */
  error: unknown
  onCode: (code: string) => void
}

/** The form. */
export function CodeForm({ submit, hint, danger, pending, error, onCode }: CodeFormProps) {
  const fault = formFault(error, { code: 'Type the six digits that it shows.' })
  const send = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    const code = new FormData(event.currentTarget).get('code')
    onCode(typeof code === 'string' ? code.trim() : '')
  }
  return (
    <form onSubmit={send} className="flex flex-col gap-6" noValidate>
      {fault.whole && <Notice tone="danger">{fault.whole}</Notice>}
      <Field
        label="Code"
        name="code"
        autoComplete="one-time-code"
        autoCapitalize="none"
        spellCheck={false}
        {...(hint === undefined ? {} : { hint })}
        error={fault.of('code')}
      />
      <Button type="submit" variant={danger ? 'danger' : 'primary'} disabled={pending}>
        {submit}
      </Button>
    </form>
  )
}
