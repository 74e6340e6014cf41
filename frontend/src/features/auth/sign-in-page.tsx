/** Signing in. Comes back to the page that asked for it (`?next=`). */
import { useMutation } from '@tanstack/react-query'
import { useSearchParams } from 'react-router'
import { useServerInfo } from '@/api/account'
import { TextLink } from '@/components/text-link'
import { Field } from '@/components/ui/field'
import { paths } from '@/lib/paths'
import { problemWords } from '@/lib/problem-words'
import { AuthForm, textOf } from './auth-form'
import { enter, useWayOn } from './enter'
import { ProviderButtons } from './provider-buttons'
import { providerProblem } from './provider-problem'

/** The form. */
export function SignInPage() {
  const goOn = useWayOn()
  const [parameters] = useSearchParams()
  const { data: server } = useServerInfo()
  const signIn = useMutation({ mutationFn: enter, onSuccess: goOn })
  const search = withoutProblem(parameters)
  return (
    <AuthForm
      title="Sign in"
      description={reason(parameters.get('next'))}
      submit="Sign in"
      pending={signIn.isPending}
      problem={
        signIn.error ? problemWords(signIn.error) : providerProblem(parameters.get('problem'))
      }
      onSubmit={(values) =>
        signIn.mutate({
          email: textOf(values, 'email').trim(),
          password: textOf(values, 'password'),
        })
      }
      others={<ProviderButtons />}
      footer={
        <ul className="flex flex-col gap-3">
          <li>
            <TextLink to={{ pathname: paths.forgotPassword, search }}>
              Forgot your password?
            </TextLink>
          </li>
          {server?.registration_open !== false && (
            <li>
              No account yet?{' '}
              <TextLink to={{ pathname: paths.register, search }}>Create one</TextLink>
            </li>
          )}
        </ul>
      }
    >
      <Field label="Email" name="email" type="email" autoComplete="username" inputMode="email" />
      <Field label="Password" name="password" type="password" autoComplete="current-password" />
    </AuthForm>
  )
}

/** Why one has to sign in, where that is not plain: whoever runs the command has seen nothing of this place yet. */
function reason(next: string | null): string | undefined {
  return next?.startsWith(paths.device)
    ? 'Then you can let the computer in that runs the command.'
    : undefined
}

/** What went wrong here is not the next page's affair. */
function withoutProblem(parameters: URLSearchParams): string {
  const kept = new URLSearchParams(parameters)
  kept.delete('problem')
  return kept.toString()
}
