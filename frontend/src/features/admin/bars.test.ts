import { expect, it } from 'vitest'
import type { TimeSeries } from '@/api/types'
import { barsOf, isEmpty, totalOf, trendWords } from './bars'
import { DOWNLOADS, PATHS } from './lines'
import { rangeOf, spansAt } from './range'

const DAY = 24 * 3600 * 1000
const NOW = 20_000.5 * DAY
const WEEK = rangeOf('week')

const answer = (series: TimeSeries['series']): TimeSeries => ({
  step: 'day',
  from: 0,
  to: 0,
  series,
})

const fetched = answer([
  {
    metric: 'downloads',
    key: 'server',
    points: [
      { start: 19_994 * DAY, count: 1, bytes: 10 },
      { start: 20_000 * DAY, count: 2, bytes: 20 },
    ],
  },
  { metric: 'downloads', key: 'direct', points: [{ start: 20_000 * DAY, count: 4, bytes: 40 }] },
  { metric: 'uploads', key: '', points: [{ start: 20_000 * DAY, count: 8, bytes: 80 }] },
])

it('bars stand where something happened, and empty ones where nothing did', () => {
  const bars = barsOf(fetched, [DOWNLOADS], spansAt(WEEK, NOW).current, WEEK)
  expect(bars.map(({ values }) => values.downloads)).toEqual([1, 0, 0, 0, 0, 0, 6])
  expect(bars.map(({ start }) => start / DAY)).toEqual([
    19_994, 19_995, 19_996, 19_997, 19_998, 19_999, 20_000,
  ])
})

it('paths are told apart', () => {
  const bars = barsOf(fetched, PATHS, spansAt(WEEK, NOW).current, WEEK)
  expect(bars.at(-1)?.values).toEqual({ direct: 0, turn: 0, relay: 0, storage: 20, bucket: 40 })
})

it('several steps make a bar where there are too many to draw', () => {
  const year = rangeOf('year')
  const bars = barsOf(fetched, [DOWNLOADS], spansAt(year, NOW).current, year)
  expect(bars).toHaveLength(52)
  expect(bars.at(-1)?.values.downloads).toBe(7)
})

it('totals are of all parts, or of one', () => {
  expect(totalOf(fetched, DOWNLOADS)).toBe(7)
  expect(totalOf(fetched, DOWNLOADS, 20_000 * DAY)).toBe(1)
  expect(PATHS.map((path) => totalOf(fetched, path))).toEqual([0, 0, 0, 30, 40])
})

it('nothing is told from little', () => {
  const { current } = spansAt(WEEK, NOW)
  expect(isEmpty(barsOf(answer([]), PATHS, current, WEEK))).toBe(true)
  expect(isEmpty(barsOf(fetched, PATHS, current, WEEK))).toBe(false)
})

it('a trend says how much more there is than before', () => {
  expect(trendWords(150, 100)).toBe('50% more')
  expect(trendWords(0, 100)).toBe('100% less')
  expect(trendWords(100, 100)).toBe('as before')
  expect(trendWords(20_000, 100)).toBe('19,900% more')
  expect(trendWords(1, 0)).toBeNull()
})
