/** Creating an account, and signing in to it. */
import { useMutation } from '@tanstack/react-query'
import { Link, useNavigate, useSearchParams } from 'react-router'
import { api, unwrap } from '@/api/client'
import { ProblemError } from '@/api/problem'
import { session } from '@/api/session'
import type { Register } from '@/api/types'
import { Field } from '@/components/ui/field'
import { paths, safeNext } from '@/lib/paths'
import { problemWords } from '@/lib/problem-words'
import { AuthForm, textOf } from './auth-form'

/** The form. */
export function RegisterPage() {
  const navigate = useNavigate()
  const [parameters] = useSearchParams()
  const register = useMutation({
    mutationFn: async (account: Register) => {
      await unwrap(api.POST('/api/auth/register', { body: account }))
      await session.signIn(account)
    },
    onSuccess: () => navigate(safeNext(parameters.get('next')), { replace: true }),
  })
  const words = register.error ? problemWords(register.error) : undefined
  const fault = faultOf(register.error)
  const errorOf = (name: string) => (fault?.field === name ? (fault.rule ?? words) : undefined)
  return (
    <AuthForm
      title="Create your account"
      submit="Create account"
      pending={register.isPending}
      problem={fault ? undefined : words}
      onSubmit={(values) =>
        register.mutate({
          email: textOf(values, 'email').trim(),
          username: textOf(values, 'username').trim(),
          password: textOf(values, 'password'),
        })
      }
      footer={
        <>
          Have one already?{' '}
          <Link
            to={{ pathname: paths.signIn, search: parameters.toString() }}
            className="font-medium text-accent underline underline-offset-4"
          >
            Sign in
          </Link>
        </>
      }
    >
      <Field
        label="Email"
        name="email"
        type="email"
        autoComplete="email"
        inputMode="email"
        error={errorOf('email')}
      />
      <Field
        label="Username"
        name="username"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        hint="The name others see beside your files."
        error={errorOf('username')}
      />
      <Field
        label="Password"
        name="password"
        type="password"
        autoComplete="new-password"
        hint="At least 8 characters. A few words are easy to keep in mind."
        error={errorOf('password')}
      />
    </AuthForm>
  )
}

/** What each field takes. */
const RULES: Record<string, string> = {
  email: 'This is not an e-mail address.',
  username: 'Take 2 to 32 letters, digits, dots, hyphens and underscores.',
  password: 'Take at least 8 characters.',
}

/** The field the server refused, if it was one of this form's; and its rule, if that was broken. */
function faultOf(error: unknown): { field: string; rule?: string | undefined } | undefined {
  if (!(error instanceof ProblemError) || !error.problem) return undefined
  const { code, field } = error.problem
  if (code === 'email_taken') return { field: 'email' }
  if (code === 'username_taken') return { field: 'username' }
  return field && field in RULES ? { field, rule: RULES[field] } : undefined
}
