// @vitest-environment node
import { expect, it } from 'vitest'
import { LaneWriter } from './lane-writer'
import { BLOCK_BYTES } from './protocol'
import { TestChannel } from './test-channels'

const MIB = 1024 * 1024

/** A writer whose channel nothing leaves but by hand, on a clock moved by hand. */
function setUp() {
  const channel = new TestChannel()
  channel.open()
  channel.held = true
  const clock = { at: 0, now: () => clock.at }
  const abort = new AbortController()
  const writer = new LaneWriter(channel, 64 * 1024, abort.signal, clock)
  const block = {
    file: 0,
    block: 0,
    bytes: new Uint8Array(BLOCK_BYTES),
    digest: new Uint8Array(32),
  }
  /** Writes until the queue is full; returns how much is in it. */
  const fill = async (): Promise<number> => {
    for (let blocks = 0; blocks < 64; blocks += 1) {
      const wrote = writer.write(block).then(() => true)
      const waits = new Promise<boolean>((resolve) => setTimeout(() => resolve(false)))
      if (!(await Promise.race([wrote, waits]))) break
    }
    return channel.bufferedAmount
  }
  /** Lets so many bytes leave in so long a time. */
  const drain = (bytes: number, milliseconds: number) => {
    channel.bufferedAmount -= bytes
    clock.at += milliseconds
    channel.dispatchEvent(new Event('bufferedamountlow'))
  }
  return { fill, drain, abort, writer }
}

it('queues a quarter of a mebibyte before it knows what the channel carries', async () => {
  const queued = await setUp().fill()
  expect(queued).toBeGreaterThanOrEqual(MIB / 4)
  expect(queued).toBeLessThan(MIB / 4 + 64 * 1024)
})

it('queues a third of a second of what the channel carries, within bounds', async () => {
  const { fill, drain } = setUp()
  await fill()
  drain(MIB / 4, 250)
  expect(await fill()).toBeLessThan(0.37 * MIB)
  drain(MIB / 4, 50)
  for (const { now } of [{ now: 1 }, { now: 2 }, { now: 3 }]) {
    await fill()
    drain(MIB / 4, 20 * now)
  }
  drain(0, 130)
  const queued = await fill()
  expect(queued).toBeGreaterThan(0.8 * MIB)
  expect(queued).toBeLessThan(1.3 * MIB)
  drain(queued, 60_000)
  expect(await fill()).toBeLessThan(0.4 * MIB)
})

it('hands a long line small frames, and few at a time', async () => {
  const { fill, drain, writer } = setUp()
  writer.spread(100)
  expect(await fill(), 'nothing before time has passed').toBe(0)
  drain(0, 50)
  const queued = await fill()
  expect(queued).toBeGreaterThan(0)
  expect(queued, 'not what its 50 milliseconds would be worth elsewhere').toBeLessThan(32 * 1024)
  drain(queued, 0)
  expect(await fill(), 'nothing more without time').toBe(0)
})

it('hands over as before once the line has turned out short', async () => {
  const { fill, writer } = setUp()
  writer.spread(100)
  writer.spread(undefined)
  expect(await fill()).toBeGreaterThanOrEqual(MIB / 4)
})

it('waits no longer when it is told to stop', async () => {
  const { fill, abort, writer } = setUp()
  await fill()
  const waiting = writer.room()
  abort.abort(new Error('stopped'))
  await expect(waiting).rejects.toThrow('stopped')
})
