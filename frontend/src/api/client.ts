/** The API, typed from its own description. Features call it through TanStack Query. */
import createClient from 'openapi-fetch'
import { authorizedFetch, plainFetch } from './authorized-fetch'
import { isProblem, ProblemError } from './problem'
import type { paths } from './schema.gen'
import { session } from './session'

/** One method a verb, one path an endpoint: `api.GET('/api/files', …)`. */
export const api = createClient<paths>({
  baseUrl: window.location.origin,
  fetch: authorizedFetch(session),
})

/** The same without the session, for what anybody may ask by an address that they were given, whoever is signed in. */
export const strangerApi = createClient<paths>({
  baseUrl: window.location.origin,
  fetch: plainFetch,
})

/** The body of an answer; throws `ProblemError` where it was not a success. */
export async function unwrap<Body>(
  answer: Promise<{ data?: Body; error?: unknown; response: Response }>,
): Promise<Body> {
  const { data, error, response } = await answer
  if (!response.ok) {
    const retryAfter = Number(response.headers.get('retry-after'))
    throw new ProblemError(
      response.status,
      isProblem(error) ? error : undefined,
      retryAfter > 0 ? retryAfter : undefined,
    )
  }
  // A 204 has no body, and the schema types it as none.
  return data as Body
}
