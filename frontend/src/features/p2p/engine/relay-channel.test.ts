// @vitest-environment node
/** What whoever writes to a relay's channel learns of its queue. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { RelayChannel } from './relay-channel'

let queued = 0
const low = vi.fn()

/** An open channel, whose queue is as long as the test says. */
function channel(): RelayChannel {
  const channel = new RelayChannel(
    () => undefined,
    () => queued,
  )
  channel.addEventListener('bufferedamountlow', low)
  channel.open()
  return channel
}

beforeEach(() => {
  vi.useFakeTimers()
  low.mockClear()
})

afterEach(() => {
  vi.useRealTimers()
})

it('tells once that its queue has sunk to the mark', () => {
  const sender = channel()
  sender.bufferedAmountLowThreshold = 100
  queued = 500
  sender.send('x')
  vi.advanceTimersByTime(1000)
  expect(low).not.toHaveBeenCalled()
  queued = 100
  vi.advanceTimersByTime(1000)
  expect(low).toHaveBeenCalledOnce()
})

it('tells so where the mark has sunk below the queue since the last message', () => {
  const sender = channel()
  sender.bufferedAmountLowThreshold = 1000
  queued = 500
  sender.send('x')
  sender.bufferedAmountLowThreshold = 100
  queued = 50
  vi.advanceTimersByTime(1000)
  expect(low).toHaveBeenCalledOnce()
})

it('looks no more once it is closed', () => {
  const sender = channel()
  queued = 500
  sender.close()
  sender.bufferedAmountLowThreshold = 100
  expect(vi.getTimerCount()).toBe(0)
})
