import { expect, it } from 'vitest'
import type { HandedIn } from '@/api/types'
import { isAwaited } from './use-fetching'

const waiting = { id: 'a' } as HandedIn
const fetched = { id: 'a', fetched_at: 5 } as HandedIn

it('waits for a file that was asked for until it is known to have been fetched', () => {
  expect(isAwaited([waiting], new Map(), 10)).toBe(false)
  expect(isAwaited([waiting], new Map([['a', 20]]), 10)).toBe(true)
  expect(isAwaited([fetched], new Map([['a', 20]]), 10)).toBe(false)
})

it('waits for a file that is being checked for viruses', () => {
  const checked = { id: 'a', scan: 'pending' } as HandedIn
  expect(isAwaited([checked], new Map(), 10)).toBe(true)
  expect(isAwaited([{ ...checked, scan: 'clean' }], new Map(), 10)).toBe(false)
})

it('waits no longer than the address is good', () => {
  expect(isAwaited([waiting], new Map([['a', 20]]), 20)).toBe(false)
})
