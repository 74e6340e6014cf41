/** The second half of a sign-in: a code of the authenticator, or a recovery code. */
import { useMutation } from '@tanstack/react-query'
import { useNavigate, useSearchParams } from 'react-router'
import { ProblemError } from '@/api/problem'
import { session } from '@/api/session'
import { TextLink } from '@/components/text-link'
import { Field } from '@/components/ui/field'
import { formFault } from '@/lib/form-fault'
import { paths, safeNext } from '@/lib/paths'
import { AuthForm, textOf } from './auth-form'

/** The form. */
export function SecondFactorPage() {
  const navigate = useNavigate()
  const [parameters] = useSearchParams()
  const give = useMutation({
    mutationFn: (code: string) => session.giveSecondFactor(code),
    onSuccess: () => navigate(safeNext(parameters.get('next')), { replace: true }),
  })
  const fault = formFault(give.error, { code: 'Type the six digits, or a recovery code.' })
  return (
    <AuthForm
      title="One more step"
      description="Type the code that your authenticator shows."
      submit="Sign in"
      pending={give.isPending}
      problem={isOver(give.error) ? 'That took too long. Sign in again.' : fault.whole}
      onSubmit={(values) => give.mutate(textOf(values, 'code').trim())}
      footer={
        <TextLink to={{ pathname: paths.signIn, search: parameters.toString() }}>
          Back to signing in
        </TextLink>
      }
    >
      <Field
        label="Code"
        name="code"
        autoComplete="one-time-code"
        autoCapitalize="none"
        spellCheck={false}
        hint="Lost your authenticator? Type one of your recovery codes instead."
        error={fault.of('code')}
      />
    </AuthForm>
  )
}

function isOver(error: unknown): boolean {
  return error instanceof ProblemError && error.problem?.code === 'expired'
}
