// @vitest-environment node
import { expect, it } from 'vitest'
import { Pace } from './pace'

const KIB = 1024
const PIECE = 16 * KIB

/** Hands over all that is allowed, every four milliseconds of so many; returns the bytes of each time. */
function handOver(pace: Pace, from: number, milliseconds: number, queued = 0): number[] {
  const given: number[] = []
  for (let now = from; now < from + milliseconds; now += 4) {
    let bytes = 0
    while (pace.allows(PIECE, queued, now)) {
      pace.give(PIECE)
      bytes += PIECE
    }
    given.push(bytes)
  }
  return given
}

function sum(numbers: number[]): number {
  return numbers.reduce((a, b) => a + b, 0)
}

it('spreads 64 KiB over the first round trip, one piece at a time', () => {
  const given = handOver(new Pace(100, 0), 0, 100)
  expect(sum(given)).toBeGreaterThan(40 * KIB)
  expect(sum(given)).toBeLessThanOrEqual(64 * KIB)
  expect(Math.max(...given)).toBe(PIECE)
})

it('hands over more in each round trip for as long as the line takes it, up to a bound', () => {
  const pace = new Pace(100, 0)
  handOver(pace, 0, 1000)
  expect(sum(handOver(pace, 1000, 100))).toBeGreaterThan(112 * KIB)
  handOver(pace, 1100, 10_000)
  expect(sum(handOver(pace, 11_100, 1000))).toBeLessThanOrEqual(10 * 256 * KIB)
})

it('hands over nothing while the last piece waits, and less once the line has taken nothing for long', () => {
  const pace = new Pace(100, 0)
  expect(sum(handOver(pace, 0, 5000, PIECE + 1))).toBe(0)
  const slow = sum(handOver(pace, 5000, 100))
  expect(slow).toBeGreaterThan(PIECE)
  // What had gathered, and the least.
  expect(slow).toBeLessThanOrEqual(64 * KIB)
})

it('does not make good in one burst what it could not hand over before', () => {
  const pace = new Pace(100, 0)
  expect(pace.allows(PIECE, 0, 60_000)).toBe(true)
  expect(sum(handOver(pace, 60_000, 4))).toBeLessThanOrEqual(2 * PIECE)
})

it('follows a line that turns out longer', () => {
  const short = new Pace(50, 0)
  const long = new Pace(50, 0)
  long.roundTripMs = 200
  const [more, less] = [short, long].map((pace) => sum(handOver(pace, 0, 200)))
  expect(less).toBeLessThan((more ?? 0) / 2)
})
