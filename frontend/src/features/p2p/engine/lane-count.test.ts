// @vitest-environment node
import { expect, it } from 'vitest'
import { connectionsFor } from './lane-count'

it('gives a short line one connection, however slow it is', () => {
  for (const rate of [0, 1000, 50_000_000]) {
    expect(connectionsFor({ roundTripMs: 1, rate, connections: 1 })).toBe(1)
  }
})

it('gives a long line more, the longer it is', () => {
  const wanted = [15, 50, 100, 300].map((roundTripMs) =>
    connectionsFor({ roundTripMs, rate: 0, connections: 1 }),
  )
  expect(wanted).toEqual([4, 8, 16, 16])
})

it('gives a line that loses much more still, up to a bound', () => {
  const at = (connections: number) =>
    connectionsFor({ roundTripMs: 50, rate: 250_000, connections })
  expect([at(8), at(16)]).toEqual([16, 16])
})

it('takes none away', () => {
  expect(connectionsFor({ roundTripMs: 1, rate: 9_000_000, connections: 6 })).toBe(6)
  expect(connectionsFor({ roundTripMs: 50, rate: 9_000_000, connections: 12 })).toBe(12)
})
