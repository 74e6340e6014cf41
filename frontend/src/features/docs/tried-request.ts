/** Requests that are tried on the page of the API, and their answers: made as whoever is signed in. Used by the reference. */
import { session } from '@/api/session'

/** Where the API is described. */
export const DESCRIPTION = '/api/openapi.json'

/** A request as Swagger UI has it before it is sent. */
export interface TriedRequest {
  url: string
  headers: Record<string, string>
}

/** Adds the page's own token, unless another was typed in, or the request leads elsewhere. */
export async function asOneself(request: TriedRequest): Promise<TriedRequest> {
  const { origin, pathname } = new URL(request.url, window.location.href)
  const isCall =
    origin === window.location.origin && pathname.startsWith('/api/') && pathname !== DESCRIPTION
  if (!isCall || 'Authorization' in request.headers) return request
  // Where renewing failed for the moment, what anyone may ask can still be asked.
  const token = await session.token().catch(() => null)
  return token === null
    ? request
    : { ...request, headers: { ...request.headers, Authorization: `Bearer ${token}` } }
}

/** What Swagger UI tells of an answer. */
export interface TriedResponse {
  status: number
}

/** Has the page find out where a try, such as of signing out, has ended its session: its own requests do the same. */
export function noticeEnd(response: TriedResponse): TriedResponse {
  if (response.status === 401 && session.state === 'signed-in') session.renew().catch(() => null)
  return response
}
