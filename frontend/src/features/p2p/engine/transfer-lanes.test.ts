// @vitest-environment node
/** Transfers over several connections. */
import { describe, expect, it } from 'vitest'
import { type Channels, type Lane, type LaneOptions } from './channel'
import { sameDigest } from './digest'
import { BLOCK_BYTES, MAX_LANES } from './protocol'
import { channelPair, nextTask, type TestChannel } from './test-channels'
import {
  arrive,
  ended,
  finished,
  message,
  noise,
  offerable,
  offered,
  outcome,
  reached,
  type Setup,
} from './test-transfer'

/** Gives both ends a way to make lanes; a lane opens when the answer to its offer has come. */
function withLanes(setup: Setup, roundTripMs: number) {
  const lanes: { left: TestChannel; right: TestChannel; lost: () => void }[] = []
  const made: { channel: TestChannel; options: LaneOptions }[] = []
  const opened: (() => void)[] = []
  const make = (end: 'left' | 'right') => (options: LaneOptions) => {
    const place = made.filter((other) => other.options.offers === options.offers).length
    const pair = (lanes[place] ??= lane())
    made.push({ channel: pair[end], options })
    if (options.offers) {
      pair.lost = () => options.lost()
      queueMicrotask(() => options.send({ event: 'offer', sdp: 'offer' }))
    }
    opened[place] ??= () => undefined
    const open = opened[place]
    opened[place] = () => {
      open()
      pair[end].open()
      options.opened()
    }
    const result: Lane = {
      channel: pair[end],
      maxMessageBytes: () => 64 * 1024,
      receive: (signal) => {
        if (signal.event === 'offer') options.send({ event: 'answer', sdp: 'answer' })
        else opened[place]?.()
      },
    }
    return result
  }
  let givenUp = 0
  for (const end of ['left', 'right'] as const) {
    const channels: Channels = setup[end]
    channels.makeLane = make(end)
    channels.line = () => Promise.resolve({ path: 'direct', roundTripMs })
    channels.giveUp = () => (givenUp += 1)
  }
  return { lanes, givenUp: () => givenUp }
}

function lane() {
  const pair = channelPair()
  return { left: pair.left.data, right: pair.right.data, lost: () => undefined }
}

const content = noise(24 * BLOCK_BYTES + 99)

describe('lanes', () => {
  it('carry blocks beside the first connection, and every byte is right', async () => {
    const setup = await offered([offerable('file', content)])
    const { lanes } = withLanes(setup, 50)
    const carried = [0, 0, 0]
    for (const at of [0, 1, 2]) {
      lanes[at] = lane()
      lanes[at].left.tamper = (data) => {
        carried[at] = (carried[at] ?? 0) + 1
        return data
      }
    }
    // The first alone would be done before the others are there.
    setup.left.data.held = true
    await setup.receiver.accept()
    await reached(setup.sender.state, 'moving')
    while (lanes[2]?.left.readyState !== 'open') await nextTask()
    setup.left.data.held = false
    setup.left.data.drain()
    await finished(setup)
    expect(outcome(setup.receiver)).toEqual({ stage: 'verified' })
    expect(outcome(setup.sender)).toEqual({ stage: 'verified' })
    for (const frames of carried) expect(frames).toBeGreaterThan(0)
    const received = new Uint8Array((await setup.delivered[0]?.arrayBuffer()) ?? new ArrayBuffer())
    expect(sameDigest(received, content)).toBe(true)
  })

  it('are not made where the line is short', async () => {
    const setup = await offered([offerable('file', content)])
    const { lanes } = withLanes(setup, 1)
    await setup.receiver.accept()
    await finished(setup)
    expect(lanes).toEqual([])
    expect(outcome(setup.receiver)).toEqual({ stage: 'verified' })
  })

  it('take the first connection along when one of them breaks', async () => {
    const setup = await offered([offerable('file', content)])
    const { lanes, givenUp } = withLanes(setup, 15)
    setup.left.data.held = true
    await setup.receiver.accept()
    while (lanes[0]?.left.readyState !== 'open') await nextTask()
    lanes[0].lost()
    expect(givenUp()).toBe(1)
  })

  it.each([
    ['answers a lane that was not offered', 'answer', 1],
    ['offers one itself', 'offer', MAX_LANES],
  ])('end the transfer when the receiver %s', async (_, event, number) => {
    const setup = await offered([offerable('file', content)])
    withLanes(setup, 1)
    arrive(setup.left, 'control', message('lane', { lane: number, signal: { event, sdp: 'v=0' } }))
    await ended(setup.sender.state)
    expect(outcome(setup.sender)).toEqual({ stage: 'failed', code: 'malformed', foundBy: 'us' })
  })
})
