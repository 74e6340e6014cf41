/** Creating an account, and signing in to it. */
import { useMutation } from '@tanstack/react-query'
import { Link, useSearchParams } from 'react-router'
import { useServerInfo } from '@/api/account'
import { api, unwrap } from '@/api/client'
import type { Register } from '@/api/types'
import { MessagePage } from '@/components/message-page'
import { NewPasswordField } from '@/components/new-password-field'
import { TextLink } from '@/components/text-link'
import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { formFault, PASSWORD_RULE } from '@/lib/form-fault'
import { paths } from '@/lib/paths'
import { AuthForm, textOf } from './auth-form'
import { enterFirst, useWayOn } from './enter'
import { isLinkGone, useMailedToken } from './mailed-link'
import { ProviderButtons } from './provider-buttons'

/** The form. */
export function RegisterPage() {
  const goOn = useWayOn()
  const [parameters] = useSearchParams()
  const register = useMutation({
    mutationFn: async (account: Register) => {
      await unwrap(api.POST('/api/auth/register', { body: account }))
      return enterFirst(account)
    },
    onSuccess: goOn,
  })
  const invitation = useMailedToken('invitation')
  const { data: server } = useServerInfo()
  const fault = formFault(register.error, RULES)
  const signIn = { pathname: paths.signIn, search: parameters.toString() }
  if (isLinkGone(register.error) || (server?.registration_open === false && invitation === '')) {
    return <NotInvited signIn={signIn} />
  }
  return (
    <AuthForm
      title="Create your account"
      submit="Create account"
      pending={register.isPending}
      problem={fault.whole}
      onSubmit={(values) =>
        register.mutate({
          email: textOf(values, 'email').trim(),
          username: textOf(values, 'username').trim(),
          password: textOf(values, 'password'),
          ...(invitation === '' ? {} : { invitation }),
        })
      }
      others={<ProviderButtons />}
      footer={
        <>
          Have one already? <TextLink to={signIn}>Sign in</TextLink>
        </>
      }
    >
      <Field
        label="Email"
        name="email"
        type="email"
        autoComplete="email"
        inputMode="email"
        error={fault.of('email')}
      />
      <Field
        label="Username"
        name="username"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        hint="The name others see beside your files."
        error={fault.of('username')}
      />
      <NewPasswordField label="Password" error={fault.of('password')} />
    </AuthForm>
  )
}

/** Nobody registers here who is not asked to, or the invitation was used or is too old. */
function NotInvited({ signIn }: { signIn: { pathname: string; search: string } }) {
  return (
    <MessagePage
      title="You need an invitation"
      action={
        <Button asChild>
          <Link to={signIn}>Sign in</Link>
        </Button>
      }
    >
      Ask whoever runs this server for one. Each works once, for a limited time.
    </MessagePage>
  )
}

/** What each field takes. */
const RULES = {
  // Where only an organisation's own people may register, its server refuses others' addresses the same way.
  email: 'This is not an e-mail address that can register here.',
  username: 'Take 2 to 32 letters, digits, dots, hyphens and underscores.',
  password: PASSWORD_RULE,
}
