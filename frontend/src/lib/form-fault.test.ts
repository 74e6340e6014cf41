import { describe, expect, it } from 'vitest'
import { ProblemError } from '@/api/problem'
import type { Problem } from '@/api/types'
import { formFault } from './form-fault'

const RULES = { email: 'Not an address.', password: 'Too short.' }

function refused(code: Problem['code'], field?: string): ProblemError {
  const body = { type: 'about:blank', title: 'T', status: 422, detail: 'the server says', code }
  return new ProblemError(422, field === undefined ? body : { ...body, field })
}

describe('what is wrong with a form', () => {
  it('is told as a rule beside the field that breaks it', () => {
    const fault = formFault(refused('invalid', 'password'), RULES)
    expect(fault.of('password')).toBe('Too short.')
    expect(fault.of('email')).toBeUndefined()
    expect(fault.whole).toBeUndefined()
  })

  it('is told in words of its own where the field keeps its rule', () => {
    expect(formFault(refused('email_taken', 'email'), RULES).of('email')).toContain('already')
    expect(formFault(refused('weak_password', 'password'), RULES).of('password')).toContain('guess')
  })

  it('is told of the whole where it is no field of this form', () => {
    for (const error of [refused('invalid', 'token'), refused('registration_closed')]) {
      const fault = formFault(error, RULES)
      expect(fault.whole).toMatch(/\w/)
      expect(Object.keys(RULES).map(fault.of)).toEqual([undefined, undefined])
    }
    expect(formFault(new ProblemError(0), RULES).whole).toContain('could not be reached')
  })

  it('is nothing while nothing failed', () => {
    expect(formFault(null, RULES).whole).toBeUndefined()
  })
})
