// @vitest-environment node
import { expect, it } from 'vitest'
import { connectionsFor, type LineState } from './lane-count'

function count(line: Partial<LineState>): number {
  return connectionsFor({ roundTripMs: 50, rate: 0, connections: 1, bytes: 1e9, ...line })
}

it('gives a short line one connection, however slow it is', () => {
  for (const rate of [0, 1000, 50_000_000]) {
    expect(count({ roundTripMs: 1, rate })).toBe(1)
  }
})

it('gives a long line more, the longer it is', () => {
  expect([11, 15, 50, 300].map((roundTripMs) => count({ roundTripMs }))).toEqual([1, 8, 16, 16])
})

it('gives a line that loses much more still, up to a bound', () => {
  const at = (connections: number) => count({ roundTripMs: 20, rate: 250_000, connections })
  expect([at(8), at(16)]).toEqual([16, 16])
})

it('makes none that there is too little to send for', () => {
  expect([0, 1, 3e6].map((bytes) => count({ bytes }))).toEqual([1, 1, 6])
})

it('takes none away', () => {
  expect(count({ roundTripMs: 1, rate: 9_000_000, connections: 6 })).toBe(6)
  expect(count({ rate: 9_000_000, connections: 12, bytes: 1 })).toBe(12)
})
