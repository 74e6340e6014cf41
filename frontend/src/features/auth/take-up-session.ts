/** Where a provider's sign-in comes back to: takes up the session in the cookie, and goes on. */
import { type LoaderFunctionArgs, redirect } from 'react-router'
import { session } from '@/api/session'
import { paths, safeNext } from '@/lib/paths'

/** Leads on; there is nothing to be seen here. */
export async function takeUpSession({ request }: LoaderFunctionArgs) {
  const next = new URL(request.url).searchParams.get('next')
  return redirect((await session.takeUp()) ? safeNext(next) : paths.signIn)
}
