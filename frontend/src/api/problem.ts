/** Failures of the API (RFC 9457) as something to throw. The words for them are in lib/problem-words.ts. */
import type { Problem } from './types'

/** An answer that was not a success, or no answer at all. */
export class ProblemError extends Error {
  /** The HTTP status; 0 when the server could not be reached. */
  readonly status: number
  /** What the server said; absent when it did not answer, or not in its own words (a proxy's page). */
  readonly problem: Problem | undefined

  /** In how many seconds it may be asked again, where the server said so (RFC 9110 §10.2.3). */
  readonly retryAfter: number | undefined

  constructor(status: number, problem?: Problem, retryAfter?: number) {
    super(
      problem?.detail ?? (status === 0 ? 'The server could not be reached.' : `Status ${status}`),
    )
    this.name = 'ProblemError'
    this.status = status
    this.problem = problem
    this.retryAfter = retryAfter
  }
}

/** Whether a body has the form of a problem: a proxy in between answers in its own way. */
export function isProblem(body: unknown): body is Problem {
  return (
    typeof body === 'object' &&
    body !== null &&
    'code' in body &&
    typeof body.code === 'string' &&
    'detail' in body &&
    typeof body.detail === 'string'
  )
}
