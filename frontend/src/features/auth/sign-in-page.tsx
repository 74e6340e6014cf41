/** Signing in. Comes back to the page that asked for it (`?next=`). */
import { useMutation } from '@tanstack/react-query'
import { Link, useNavigate, useSearchParams } from 'react-router'
import { session } from '@/api/session'
import type { Login } from '@/api/types'
import { Field } from '@/components/ui/field'
import { paths, safeNext } from '@/lib/paths'
import { problemWords } from '@/lib/problem-words'
import { AuthForm, textOf } from './auth-form'

/** The form. */
export function SignInPage() {
  const navigate = useNavigate()
  const [parameters] = useSearchParams()
  const signIn = useMutation({
    mutationFn: (login: Login) => session.signIn(login),
    onSuccess: () => navigate(safeNext(parameters.get('next')), { replace: true }),
  })
  return (
    <AuthForm
      title="Sign in"
      submit="Sign in"
      pending={signIn.isPending}
      problem={signIn.error ? problemWords(signIn.error) : undefined}
      onSubmit={(values) =>
        signIn.mutate({
          email: textOf(values, 'email').trim(),
          password: textOf(values, 'password'),
        })
      }
      footer={
        <>
          No account yet?{' '}
          <Link
            to={{ pathname: paths.register, search: parameters.toString() }}
            className="font-medium text-accent underline underline-offset-4"
          >
            Create one
          </Link>
        </>
      }
    >
      <Field label="Email" name="email" type="email" autoComplete="username" inputMode="email" />
      <Field label="Password" name="password" type="password" autoComplete="current-password" />
    </AuthForm>
  )
}
