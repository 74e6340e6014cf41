/** The frame of the forms by which one gets in. */
import type { ReactNode, SubmitEvent } from 'react'
import { Button } from '@/components/ui/button'
import { Notice } from '@/components/ui/notice'
import { AuthFrame } from './auth-frame'

interface AuthFormProps {
  /** The heading. */
  title: string
  /** A sentence under it, where the fields do not say all. */
  description?: string | undefined
  /** What the button says. */
  submit: string
  /** Whether an answer is awaited. */
  pending: boolean
  /** What went wrong with the whole, rather than with one field. */
  problem: ReactNode
  /** Called with the fields' values by name. */
  onSubmit: (values: FormData) => void
  /** Other ways to the same end. */
  others?: ReactNode
  /** The other form, for who came to the wrong one. */
  footer: ReactNode
  children: ReactNode
}

/** A narrow form in the middle of the page. */
export function AuthForm(props: AuthFormProps) {
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    props.onSubmit(new FormData(event.currentTarget))
  }
  return (
    <AuthFrame title={props.title}>
      {props.description && <p className="mt-2 text-base text-muted">{props.description}</p>}
      <form onSubmit={submit} className="mt-8 flex flex-col gap-6" noValidate>
        {props.problem && <Notice tone="danger">{props.problem}</Notice>}
        {props.children}
        <Button type="submit" disabled={props.pending} className="w-full">
          {props.submit}
        </Button>
      </form>
      {props.others}
      <div className="mt-6 text-sm text-muted">{props.footer}</div>
    </AuthFrame>
  )
}

/** The text of a field, as typed. */
export function textOf(values: FormData, name: string): string {
  const value = values.get(name)
  return typeof value === 'string' ? value : ''
}
