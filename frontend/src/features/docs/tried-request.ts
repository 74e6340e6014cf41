/** Requests that are tried on the page of the API: made as whoever is signed in. Used by the reference. */
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
  const token = await session.token()
  return token === null
    ? request
    : { ...request, headers: { ...request.headers, Authorization: `Bearer ${token}` } }
}
