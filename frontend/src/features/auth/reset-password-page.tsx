/** Where the link in the mail leads by which one chooses another password. */
import { useMutation } from '@tanstack/react-query'
import { Link } from 'react-router'
import { api, unwrap } from '@/api/client'
import { session } from '@/api/session'
import { MessagePage } from '@/components/message-page'
import { NewPasswordField } from '@/components/new-password-field'
import { TextLink } from '@/components/text-link'
import { Button } from '@/components/ui/button'
import { formFault, PASSWORD_RULE } from '@/lib/form-fault'
import { paths } from '@/lib/paths'
import { AuthForm, textOf } from './auth-form'
import { AuthFrame } from './auth-frame'
import { isLinkGone, useMailedToken } from './mailed-link'

/** The form. A link that does not work is found out when it is used. */
export function ResetPasswordPage() {
  const token = useMailedToken()
  const reset = useMutation({
    mutationFn: async (password: string) => {
      await unwrap(api.POST('/api/auth/reset-password', { body: { token, password } }))
      // Whoever was signed in here with the old password is not any more, and the page is to know.
      if (session.state === 'signed-in') await session.renew().catch(() => null)
    },
  })
  if (reset.isSuccess) return <Changed />
  if (token === '' || isLinkGone(reset.error)) return <LinkIsGone />
  const fault = formFault(reset.error, { password: PASSWORD_RULE })
  return (
    <AuthForm
      title="Choose another password"
      description="Everything that is signed in with the old one is signed out then, and your API tokens end."
      submit="Change password"
      pending={reset.isPending}
      problem={fault.whole}
      onSubmit={(values) => reset.mutate(textOf(values, 'password'))}
      footer={<TextLink to={paths.signIn}>Back to signing in</TextLink>}
    >
      <NewPasswordField label="New password" error={fault.of('password')} />
    </AuthForm>
  )
}

function Changed() {
  return (
    <AuthFrame title="Your password is changed" outcome>
      <p className="mt-2 text-base text-muted">Sign in with the new one.</p>
      <Button asChild className="mt-8 w-full">
        <Link to={paths.signIn}>Sign in</Link>
      </Button>
    </AuthFrame>
  )
}

function LinkIsGone() {
  return (
    <MessagePage
      title="This link does not work any more"
      action={
        <Button asChild>
          <Link to={paths.forgotPassword}>Get a new link</Link>
        </Button>
      }
    >
      Each works once, for one hour. Your password is as it was.
    </MessagePage>
  )
}
