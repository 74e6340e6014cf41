import { expect, it } from 'vitest'
import type { ScanState } from '@/api/types'
import { unfetchable, unfetchableTogether } from './scan-words'

it('keeps back what is being checked and what is in quarantine, and nothing else', () => {
  const kept = (['pending', 'clean', 'infected', 'unscanned'] as const).filter(unfetchable)
  expect(kept).toEqual(['pending', 'infected'])
})

it('keeps several files back for one of them, for good rather than for now', () => {
  const together = (...states: ScanState[]) => unfetchableTogether(states.map((scan) => ({ scan })))
  expect(together('clean', 'unscanned')).toBeUndefined()
  expect(together('clean', 'pending')).toContain('still being checked')
  expect(together('pending', 'infected')).toContain('in quarantine')
})
