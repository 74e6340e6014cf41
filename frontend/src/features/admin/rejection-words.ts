/** Why requests were refused, for whoever runs the server. */
import type { ProblemCode } from '@/api/types'

/** The code of a problem as people read it: `rate_limited` is "Rate limited". */
export function rejectionWords(code: ProblemCode): string {
  const words = code.replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
