/** `fetch` that carries the session's token; the API client sends everything of one's own through it. */
import { ProblemError } from './problem'
import type { Session } from './session'

/**
 * Makes a `fetch` that sends the session's access token where there is one. An answer of 401 to a
 * token has it renewed and the request sent once more, since a server may end tokens early.
 */
export function authorizedFetch(session: Session): (request: Request) => Promise<Response> {
  return async (request) => {
    // Where renewing failed for the moment, what anyone may ask can still be asked.
    const token = await session.token().catch(() => null)
    if (token === null) return plainFetch(request)
    // A request's body can be read once: keep a copy for the second attempt.
    const again = request.clone()
    const response = await plainFetch(withToken(request, token))
    // A share link's password is refused with 401, too, and that is not about the session.
    if (response.status !== 401 || !(await isAboutSession(response))) return response
    const renewed = await session.renew().catch(() => null)
    return renewed === null ? response : plainFetch(withToken(again, renewed))
  }
}

function withToken(request: Request, token: string): Request {
  request.headers.set('authorization', `Bearer ${token}`)
  return request
}

async function isAboutSession(response: Response): Promise<boolean> {
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => null)
  return typeof body === 'object' && body !== null && 'code' in body
    ? body.code === 'unauthenticated'
    : true
}

/** `fetch` that throws `ProblemError` where the server could not be reached. */
export async function plainFetch(request: Request): Promise<Response> {
  try {
    return await fetch(request)
  } catch (error) {
    // Whoever withdrew the request wants to hear just that.
    if (request.signal.aborted) throw error
    throw new ProblemError(0)
  }
}
