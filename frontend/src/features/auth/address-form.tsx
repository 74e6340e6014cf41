/** A form that asks for an address to send a mail to: to confirm it, or for a forgotten password. */
import { useMutation } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Field } from '@/components/ui/field'
import { formFault } from '@/lib/form-fault'
import { AuthForm, textOf } from './auth-form'

interface AddressFormProps {
  title: string
  description: string
  /** Has the mail sent. */
  send: (email: string) => Promise<unknown>
  /** Called when it is on its way. */
  onSent: (email: string) => void
  footer: ReactNode
}

/** The form. */
export function AddressForm({ title, description, send, onSent, footer }: AddressFormProps) {
  const ask = useMutation({ mutationFn: send, onSuccess: (_, email) => onSent(email) })
  const fault = formFault(ask.error, RULES)
  return (
    <AuthForm
      title={title}
      description={description}
      submit="Send the link"
      pending={ask.isPending}
      problem={fault.whole}
      onSubmit={(values) => ask.mutate(textOf(values, 'email').trim())}
      footer={footer}
    >
      <Field
        label="Email"
        name="email"
        type="email"
        autoComplete="username"
        inputMode="email"
        error={fault.of('email')}
      />
    </AuthForm>
  )
}

const RULES = { email: 'This is not an e-mail address.' }
