import { expect, it } from 'vitest'
import { learn, PAGE, pagesFor, rowCount, START, type Trail } from './trail'

const full = (next_cursor: string | null) => ({ items: Array<null>(PAGE).fill(null), next_cursor })
const known = (...cursors: string[]): Trail => ({ cursors: ['', ...cursors], last: null })

it('learns of one page after the other, to the last', () => {
  const two = learn(START, 0, full('a'))
  expect(two).toEqual(known('a'))
  expect(rowCount(two, undefined)).toBeGreaterThan(PAGE)
  const whole = learn(two, 1, { items: [1, 2, 3] })
  expect(whole).toEqual({ cursors: ['', 'a'], last: 3 })
  expect(rowCount(whole, 999)).toBe(PAGE + 3)
})

it('is the same where a page says nothing new, so that nobody looks twice', () => {
  const two = known('a')
  expect(learn(two, 0, full('a'))).toBe(two)
  const whole = { cursors: ['', 'a'], last: 3 }
  expect(learn(whole, 1, { items: [1, 2, 3] })).toBe(whole)
})

it('keeps what lies behind a page that has changed, for it is put right when it is seen', () => {
  const whole = { cursors: ['', 'a', 'b'], last: 3 }
  expect(learn(whole, 0, full('x'))).toEqual({ cursors: ['', 'x', 'b'], last: 3 })
})

it('grows again, and shrinks', () => {
  expect(learn({ cursors: ['', 'a'], last: 3 }, 1, full('b'))).toEqual(known('a', 'b'))
  expect(learn(known('a', 'b'), 0, { items: [1] })).toEqual({ cursors: [''], last: 1 })
})

it('takes the word of whoever has counted, until it knows', () => {
  expect(rowCount(START, 50_000)).toBe(50_000)
  expect(rowCount({ cursors: [''], last: 0 }, 50_000)).toBe(0)
})

it('asks for the pages in sight, and behind the known ones for what tells of the next', () => {
  const trail = known('a', 'b')
  expect(pagesFor(trail, 0, 30)).toEqual([0])
  expect(pagesFor(trail, PAGE - 1, PAGE + 30)).toEqual([0, 1])
  expect(pagesFor(trail, 2 * PAGE, 9 * PAGE)).toEqual([2])
  expect(pagesFor(trail, 40_000, 40_030)).toEqual([2])
  expect(pagesFor({ cursors: [''], last: 5 }, 40_000, 40_030)).toEqual([])
  expect(pagesFor(trail, 5, 4)).toEqual([])
})
