import { expect, it } from 'vitest'
import { rangeOf, RANGES, spansAt } from './range'

const DAY = 24 * 3600 * 1000
const NOON = 20_000.5 * DAY

it('a range is so many whole steps, the last one of which is under way', () => {
  expect(spansAt(rangeOf('week'), NOON)).toEqual({
    current: { from: 19_994 * DAY, to: 20_001 * DAY },
    before: { from: 19_987 * DAY, to: 19_994 * DAY },
  })
  expect(spansAt(rangeOf('day'), NOON + 1).current).toEqual({
    from: NOON - 23 * (DAY / 24),
    to: NOON + DAY / 24,
  })
})

it('a step that has just begun is one of them', () => {
  expect(spansAt(rangeOf('week'), 20_000 * DAY).current.to).toBe(20_001 * DAY)
})

it('bars are of as many steps each, and an unknown range is a week', () => {
  for (const { steps, perBar } of RANGES) expect(steps % perBar).toBe(0)
  expect(rangeOf('century')).toBe(rangeOf('week'))
  expect(rangeOf(null)).toBe(rangeOf('week'))
})
