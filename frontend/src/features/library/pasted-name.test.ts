import { expect, it } from 'vitest'
import { pastedName } from './pasted-name'

it('says when, in a way that every disk takes', () => {
  expect(pastedName(new Date(2026, 10, 9, 7, 3))).toBe('Pasted text 2026-11-09 07.03.txt')
})
