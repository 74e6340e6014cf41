/** Signing in, where the address may have to be confirmed first. Used by the sign-in and the registration page. */
import { useNavigate, useSearchParams } from 'react-router'
import { ProblemError } from '@/api/problem'
import { session } from '@/api/session'
import type { Login } from '@/api/types'
import { paths, safeNext } from '@/lib/paths'

/** Where one is then. */
export type Entry = 'inside' | 'half' | 'to-confirm'

/** Signs in. Throws `ProblemError` for a refusal that leads nowhere. */
export async function enter(login: Login): Promise<Entry> {
  try {
    await session.signIn(login)
    return 'inside'
  } catch (error) {
    if (isRefusal(error, 'email_unverified')) return 'to-confirm'
    if (isRefusal(error, 'second_factor_required')) return 'half'
    throw error
  }
}

/**
 * Signs in to an account that was made just now. Where somebody has the address already, the registration does
 * not tell, and the mail does: whoever cannot sign in is to read that.
 */
export async function enterFirst(login: Login): Promise<Entry> {
  try {
    return await enter(login)
  } catch (error) {
    if (isRefusal(error, 'invalid_credentials')) return 'to-confirm'
    throw error
  }
}

/** Leads on from there: to the page that asked for a session, or to what is to be done before. */
export function useWayOn() {
  const navigate = useNavigate()
  const [parameters] = useSearchParams()
  const search = parameters.toString()
  return (entry: Entry, { email }: Login) => {
    switch (entry) {
      case 'inside':
        return navigate(safeNext(parameters.get('next')), { replace: true })
      case 'half':
        return navigate({ pathname: paths.secondFactor, search }, { replace: true })
      case 'to-confirm':
        // Not in the address, which others may read.
        return navigate({ pathname: paths.checkMail, search }, { state: { email } })
    }
  }
}

function isRefusal(error: unknown, code: string): boolean {
  return error instanceof ProblemError && error.problem?.code === code
}
