/** The frame of the sign-in and the registration form. */
import type { ReactNode, SubmitEvent } from 'react'
import { LogoMark } from '@/components/logo'
import { Button } from '@/components/ui/button'
import { Notice } from '@/components/ui/notice'

interface AuthFormProps {
  /** The heading. */
  title: string
  /** What the button says. */
  submit: string
  /** Whether an answer is awaited. */
  pending: boolean
  /** What went wrong with the whole, rather than with one field. */
  problem: string | undefined
  /** Called with the fields' values by name. */
  onSubmit: (values: FormData) => void
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
    <div className="mx-auto max-w-sm sm:pt-8">
      <title>{`${props.title} · ShareSync`}</title>
      <LogoMark className="size-12" />
      <h1 className="mt-4 text-xl font-semibold">{props.title}</h1>
      <form onSubmit={submit} className="mt-8 flex flex-col gap-6" noValidate>
        {props.problem && <Notice tone="danger">{props.problem}</Notice>}
        {props.children}
        <Button type="submit" disabled={props.pending} className="w-full">
          {props.submit}
        </Button>
      </form>
      <p className="mt-6 text-sm text-muted">{props.footer}</p>
    </div>
  )
}

/** The text of a field, as typed. */
export function textOf(values: FormData, name: string): string {
  const value = values.get(name)
  return typeof value === 'string' ? value : ''
}
