import { expect, it } from 'vitest'
import { ProblemError } from '@/api/problem'
import type { ProblemCode } from '@/api/types'
import { requestWords } from './request-words'

const problem = (status: number, code: ProblemCode, limit?: number) =>
  new ProblemError(status, {
    type: 'about:blank',
    title: '',
    status,
    detail: '',
    code,
    ...(limit !== undefined && { limit }),
  })

it('names whoever asks where they have to do something about it, and not their quota', () => {
  expect(requestWords(problem(507, 'quota_exceeded', 1000), 'sam')).toBe(
    'sam has no room for this file. Tell them, and try again when they have made some.',
  )
  expect(requestWords(problem(410, 'used_up'), 'sam')).toContain('sam has all the files')
  expect(requestWords(problem(404, 'not_found'), 'sam')).toBe('sam has ended this request.')
})

it('says the rest as everywhere', () => {
  expect(requestWords(problem(415, 'type_refused'), 'sam')).toBe(
    'Files of this type are not taken here.',
  )
  expect(requestWords(new ProblemError(0), 'sam')).toContain('could not be reached')
  expect(requestWords(new ProblemError(429, undefined, 90), 'sam')).toBe(
    'That was too often. Try again in 1 min 30 s.',
  )
})
