import { beforeEach, describe, expect, it, vi } from 'vitest'
import { ProblemError } from '@/api/problem'
import type { ProblemCode } from '@/api/types'
import { persist, type Statuses, waitOrOnline } from './persistence'

let waits: number[]
let stalls: boolean[]
let stop: AbortController

beforeEach(() => {
  waits = []
  stalls = []
  stop = new AbortController()
})

/** What comes of an attempt that fails in these ways, one after the other, and then succeeds. */
function after(...failures: Error[]) {
  return afterThese(failures, {})
}

function afterThese(failures: Error[], statuses: Statuses) {
  const attempt = () => {
    const failure = failures.shift()
    return failure ? Promise.reject(failure) : Promise.resolve('done')
  }
  const persistence = {
    onStalled: (stalled: boolean) => stalls.push(stalled),
    signal: stop.signal,
    wait: (ms: number) => {
      waits.push(ms)
      return Promise.resolve()
    },
  }
  return persist(attempt, persistence, statuses)
}

const problem = (status: number, code: ProblemCode) =>
  new ProblemError(status, { type: 'about:blank', title: '', status, detail: '', code })

const often = (times: number, status: number) =>
  Array.from({ length: times }, () => new ProblemError(status))

it('says nothing of what succeeds at once', async () => {
  expect(await after()).toBe('done')
  expect([waits, stalls]).toEqual([[], []])
})

it('waits for a server that cannot be reached without an end, longer each time', async () => {
  expect(await after(...often(50, 0), ...often(50, 503))).toBe('done')
  expect(waits.slice(0, 7)).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000])
  expect(waits).toHaveLength(100)
  expect(stalls.slice(-2)).toEqual([true, false])
})

it('tries what is refused for the moment for a while', async () => {
  for (const status of [408, 409, 410, 429, 500]) {
    expect(await after(...often(8, status))).toBe('done')
    await expect(after(...often(9, status))).rejects.toMatchObject({ status })
  }
  expect(await after(problem(422, 'checksum_mismatch'))).toBe('done')
})

it('tries what its caller knows to pass for a while, where it is not the server that says so', async () => {
  expect(await afterThese(often(8, 403), { passing: [403] })).toBe('done')
  await expect(afterThese(often(9, 403), { passing: [403] })).rejects.toMatchObject({ status: 403 })
  for (const failure of [problem(403, 'forbidden'), new ProblemError(400)]) {
    await expect(afterThese([failure], { passing: [403] })).rejects.toBe(failure)
  }
})

it('gives up at once where its caller knows that a refusal stands', async () => {
  await expect(afterThese(often(1, 410), { lasting: [410] })).rejects.toMatchObject({ status: 410 })
  expect(waits).toEqual([])
})

it('does not try again what would fail again', async () => {
  for (const failure of [
    problem(413, 'too_large'),
    problem(422, 'invalid_name'),
    problem(507, 'quota_exceeded'),
    problem(409, 'upload_incomplete'),
    problem(409, 'too_many'),
    new ProblemError(401),
    new DOMException('', 'NotReadableError'),
  ]) {
    await expect(after(failure)).rejects.toBe(failure)
  }
  expect(waits).toEqual([])
})

it('stops when it is told to', async () => {
  const why = new Error('cancelled')
  stop.abort(why)
  await expect(after(new ProblemError(0))).rejects.toBe(why)
})

describe('waiting', () => {
  it('ends early when the browser is on the network again', async () => {
    const waiting = waitOrOnline(1e9, stop.signal)
    window.dispatchEvent(new Event('online'))
    await waiting
  })

  it('ends by the clock', async () => {
    vi.useFakeTimers()
    const waiting = waitOrOnline(500, stop.signal)
    vi.advanceTimersByTime(500)
    await waiting
    vi.useRealTimers()
  })

  it('ends when nobody wants it any more', async () => {
    const waiting = waitOrOnline(1e9, stop.signal)
    const why = new Error('cancelled')
    stop.abort(why)
    await expect(waiting).rejects.toBe(why)
    await expect(waitOrOnline(1e9, stop.signal)).rejects.toBe(why)
  })
})
