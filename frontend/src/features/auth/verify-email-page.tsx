/** Where the link in the mail leads that confirms an address. */
import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { meQuery, useSessionState } from '@/api/account'
import { api, unwrap } from '@/api/client'
import { MessagePage } from '@/components/message-page'
import { Button } from '@/components/ui/button'
import { Skeleton } from '@/components/ui/skeleton'
import { paths } from '@/lib/paths'
import { problemWords } from '@/lib/problem-words'
import { AuthFrame } from './auth-frame'
import { isLinkGone, useMailedToken } from './mailed-link'

/** Confirms by itself: whoever opened the link has done their part. */
export function VerifyEmailPage() {
  const token = useMailedToken()
  const query = useConfirmation(token)
  if (query.isPending) return <Confirming />
  if (query.isSuccess) return <Confirmed />
  if (isLinkGone(query.error)) return <LinkIsGone />
  return (
    <MessagePage
      title="Your address is not confirmed yet"
      action={<Button onClick={() => void query.refetch()}>Try again</Button>}
    >
      {problemWords(query.error)}
    </MessagePage>
  )
}

/** A query, since a token works once: it is sent once however often React draws the page. */
function useConfirmation(token: string) {
  return useQuery({
    queryKey: ['verify-email', token],
    queryFn: async ({ client }) => {
      await unwrap(api.POST('/api/auth/verify-email', { body: { token } }))
      await client.invalidateQueries({ queryKey: meQuery.queryKey })
      return true
    },
    staleTime: Infinity,
    retry: false,
    retryOnMount: false,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  })
}

function Confirming() {
  return (
    <AuthFrame title="Confirming your address">
      <Skeleton className="mt-8 h-11" />
    </AuthFrame>
  )
}

function Confirmed() {
  const inside = useSessionState() === 'signed-in'
  return (
    <AuthFrame title="Your address is confirmed" outcome>
      <p className="mt-2 text-base text-muted">
        {inside ? 'Everything is ready.' : 'Everything is ready: sign in.'}
      </p>
      <Button asChild className="mt-8 w-full">
        {inside ? <Link to={paths.files}>Go on</Link> : <Link to={paths.signIn}>Sign in</Link>}
      </Button>
    </AuthFrame>
  )
}

function LinkIsGone() {
  const inside = useSessionState() === 'signed-in'
  return (
    <MessagePage
      title="This link does not work any more"
      action={
        <>
          <Button asChild>
            <Link to={paths.checkMail}>Get a new link</Link>
          </Button>
          <Button asChild variant="secondary">
            {inside ? (
              <Link to={paths.settings}>Go to your settings</Link>
            ) : (
              <Link to={paths.signIn}>Sign in</Link>
            )}
          </Button>
        </>
      }
    >
      Each works once, for 24 hours. If you have opened it before, your address is confirmed.
    </MessagePage>
  )
}
