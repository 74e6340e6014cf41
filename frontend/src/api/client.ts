/** The API, typed from its own description. Features call it through TanStack Query. */
import createClient from 'openapi-fetch'
import { authorizedFetch } from './authorized-fetch'
import { isProblem, ProblemError } from './problem'
import type { paths } from './schema.gen'
import { session } from './session'

/** One method a verb, one path an endpoint: `api.GET('/api/files', …)`. */
export const api = createClient<paths>({
  baseUrl: window.location.origin,
  fetch: authorizedFetch(session),
})

/** The body of an answer; throws `ProblemError` where it was not a success. */
export async function unwrap<Body>(
  answer: Promise<{ data?: Body; error?: unknown; response: Response }>,
): Promise<Body> {
  const { data, error, response } = await answer
  if (!response.ok) {
    throw new ProblemError(response.status, isProblem(error) ? error : undefined)
  }
  // A 204 has no body, and the schema types it as none.
  return data as Body
}
