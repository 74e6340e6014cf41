import { expect, it } from 'vitest'
import { rangeOf } from './range'
import { barWords, tickWords } from './time-words'

const DAY = Date.UTC(2026, 10, 30)

it('days are the server’s, whatever the reader’s zone', () => {
  expect(tickWords(DAY, rangeOf('week'))).toBe('Nov 30')
  expect(barWords(DAY, rangeOf('week'))).toBe('Mon, Nov 30')
})

it('a week is from its first day to its last', () => {
  expect(barWords(DAY, rangeOf('year'))).toBe('Nov 30 to Dec 6')
})

it('hours are from one to the next', () => {
  expect(barWords(DAY, rangeOf('day'))).toMatch(/^\d\d:\d\d to \d\d:\d\d$/)
})
