/** Which field of a form the server refused, and what to say beside it. Used by every form with more than one. */
import { ProblemError } from '@/api/problem'
import { problemWords } from './problem-words'

/** What is wrong with a form. */
export interface FormFault {
  /** The words for a field; nothing where it is not at fault. */
  of: (field: string) => string | undefined
  /** The words for what is wrong with the whole, rather than with one field. */
  whole: string | undefined
}

/** What a new password has to be. */
export const PASSWORD_RULE = 'Take at least 8 characters.'

/** Reads a failure; `rules` says what each of the form's fields takes. */
export function formFault(error: unknown, rules: Readonly<Record<string, string>>): FormFault {
  if (!error) return { of: () => undefined, whole: undefined }
  const problem = error instanceof ProblemError ? error.problem : undefined
  const field = problem?.field
  const rule = field ? rules[field] : undefined
  if (rule === undefined) return { of: () => undefined, whole: problemWords(error) }
  // Only what is not as it must be is told the rule: a name that is taken keeps it.
  const words = problem?.code === 'invalid' ? rule : problemWords(error)
  return { of: (name) => (name === field ? words : undefined), whole: undefined }
}
