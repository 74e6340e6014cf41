/** The field for a password that is not there yet. At the registration, after a reset, and in the settings. */
import type { ComponentProps } from 'react'
import { Field } from './ui/field'

type NewPasswordFieldProps = Pick<ComponentProps<typeof Field>, 'label' | 'error'>

/** Named `password`. Browsers offer to make one up. */
export function NewPasswordField(props: NewPasswordFieldProps) {
  return (
    <Field
      name="password"
      type="password"
      autoComplete="new-password"
      hint="At least 8 characters. A few words are easy to keep in mind."
      {...props}
    />
  )
}
