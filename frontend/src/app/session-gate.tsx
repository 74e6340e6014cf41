/** Stands before the pages that need an account. */
import { type LoaderFunctionArgs, Navigate, Outlet, redirect, useLocation } from 'react-router'
import { useSessionState } from '@/api/account'
import { session } from '@/api/session'
import { signInPath } from '@/lib/paths'

/** Sends whoever is not signed in to the sign-in page, and back afterwards. */
export async function requireSession({ request }: LoaderFunctionArgs) {
  if (await session.settle()) return null
  const { pathname, search } = new URL(request.url)
  return redirect(signInPath(pathname + search))
}

/** Does the same when a session ends while such a page is open. */
export function SessionGate() {
  const { pathname, search } = useLocation()
  if (useSessionState() === 'signed-out')
    return <Navigate to={signInPath(pathname + search)} replace />
  return <Outlet />
}
