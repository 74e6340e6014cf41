/** Says to a stranger what went wrong: most of it is for whoever asks to mend. */
import { ProblemError } from '@/api/problem'
import type { ProblemCode } from '@/api/types'
import { problemWords, type ProblemSubject } from '@/lib/problem-words'

const WORDS: Partial<Record<ProblemCode, (owner: string) => string>> = {
  quota_exceeded: (owner) =>
    `${owner} has no room for this file. Tell them, and try again when they have made some.`,
  out_of_space: (owner) =>
    `There is no room for this file where ${owner} keeps theirs. Tell them, and try again later.`,
  used_up: (owner) => `${owner} has all the files that were asked for.`,
  expired: () => 'This request takes nothing more: its time is over.',
  too_many: (owner) =>
    `As many files as there may be are on their way to ${owner} just now. Try again in a moment.`,
  not_found: (owner) => `${owner} has ended this request.`,
  password_required: () => 'This request has another password now. Give it, and go on.',
  wrong_password: () => 'That is not the password of this request.',
  unauthenticated: () => 'This upload cannot go on. Cancel it, and choose the file again.',
}

/** A sentence for whoever sends; `owner` is who asks. */
export function requestWords(error: unknown, owner: string, subject?: ProblemSubject): string {
  const code = error instanceof ProblemError ? error.problem?.code : undefined
  const words = code === undefined ? undefined : WORDS[code]
  return words?.(owner) ?? problemWords(error, subject)
}
