/** A labelled text field with a hint and its own error message. Forms are made of these. */
import { type ComponentProps, type ReactNode, useId } from 'react'
import { Input } from './input'
import { Label } from './label'

type FieldProps = Omit<ComponentProps<typeof Input>, 'id'> & {
  /** What the field is called. */
  label: string
  /** What belongs in it, told beforehand. */
  hint?: ReactNode
  /** What is wrong with it; announced when it appears. */
  error?: string | undefined
}

/** Label, field, hint and error, tied together for screen readers. */
export function Field({ label, hint, error, ...props }: FieldProps) {
  const id = useId()
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ')
  return (
    <div className="flex flex-col gap-2">
      <Label htmlFor={id}>{label}</Label>
      <Input
        id={id}
        aria-invalid={error ? true : undefined}
        aria-describedby={described || undefined}
        {...props}
      />
      {hint && (
        <p id={`${id}-hint`} className="text-sm text-muted">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} role="alert" className="text-sm text-danger">
          {error}
        </p>
      )}
    </div>
  )
}
