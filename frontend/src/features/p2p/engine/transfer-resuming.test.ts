// @vitest-environment node
/** Transfers whose connection breaks, that are paused, and that share what is read. */
import { describe, expect, it } from 'vitest'
import { type Path } from './connection'
import { sameDigest } from './digest'
import { BLOCK_BYTES } from './protocol'
import { channelPair } from './test-channels'
import {
  arrive,
  finished,
  idle,
  message,
  noise,
  offerable,
  offered,
  outcome,
  type Setup,
  SlowStore,
  when,
} from './test-transfer'

/** Counts content frames that pass over the sender's data channel. */
function countFrames(setup: Setup): { frames: number } {
  const count = { frames: 0 }
  setup.left.data.tamper = (data) => {
    count.frames += 1
    return data
  }
  return count
}

/** Resolves when so many content frames have passed. */
function passed(setup: Setup, frames: number): Promise<void> {
  return new Promise((resolve) => {
    let count = 0
    setup.left.data.tamper = (data) => {
      count += 1
      if (count === frames) resolve()
      return data
    }
  })
}

/** Breaks the connection at both ends and makes another. */
function reconnect(setup: Setup): Setup {
  setup.sender.interrupt()
  setup.receiver.interrupt()
  setup.left.data.held = true
  const { left, right, open } = channelPair()
  setup.sender.connect(left)
  setup.receiver.connect(right)
  const again = { ...setup, left, right }
  queueMicrotask(open)
  return again
}

const FRAMES_A_BLOCK = 5

describe('a transfer whose connection breaks', () => {
  it('goes on over another without asking, and sends only what is missing', async () => {
    const contents = [noise(3 * BLOCK_BYTES + 5, 1), noise(0), noise(6 * BLOCK_BYTES, 2)]
    const setup = await offered(contents.map((content, at) => offerable(`${at}`, content)))
    void setup.receiver.accept()
    await passed(setup, 5 * FRAMES_A_BLOCK)
    const again = reconnect(setup)
    expect(setup.receiver.state.getSnapshot().interrupted).toBe(true)
    expect(setup.sender.state.getSnapshot().interrupted).toBe(true)
    const count = countFrames(again)
    await finished(again)
    expect([outcome(setup.sender), outcome(setup.receiver)]).toEqual([
      { stage: 'verified' },
      { stage: 'verified' },
    ])
    // Ten blocks there are, the second of them short; five of them had come whole, or nearly.
    expect(count.frames).toBeGreaterThan(0)
    expect(count.frames).toBeLessThanOrEqual(6 * FRAMES_A_BLOCK)
    for (const [at, file] of setup.delivered.entries()) {
      const content = new Uint8Array(await file.arrayBuffer())
      expect(sameDigest(content, contents[at] ?? noise(1))).toBe(true)
    }
    expect(setup.delivered).toHaveLength(3)
  })

  it('puts down to each connection, alike at both ends, what went over it', async () => {
    const total = 9 * BLOCK_BYTES + 5
    const setup = await offered([offerable('file', noise(total))])
    const tallies = [setup.sender.state.tally, setup.receiver.state.tally]
    const run = (path: Path) => {
      for (const tally of tallies) {
        tally.connected()
        tally.runs(path)
      }
    }
    run('relay')
    void setup.receiver.accept()
    await passed(setup, 5 * FRAMES_A_BLOCK)
    run('direct')
    await finished(reconnect(setup))
    const [sent, received] = tallies.map((tally) => tally.bytes())
    expect(sent).toEqual(received)
    expect(sent?.relay).toBeGreaterThanOrEqual(4 * BLOCK_BYTES)
    expect(sent?.direct).toBeGreaterThanOrEqual(3 * BLOCK_BYTES)
    expect(sent).toEqual({ relay: sent?.relay, turn: 0, direct: total - (sent?.relay ?? 0) })
  })

  it('waits for what is being written before it says what it has', async () => {
    const disk = new SlowStore()
    const files = [
      offerable('short', noise(BLOCK_BYTES)),
      offerable('long', noise(3 * BLOCK_BYTES)),
    ]
    const setup = await offered(files, () => disk)
    await setup.receiver.accept()
    await disk.holds(2)
    const again = reconnect(setup)
    const count = countFrames(again)
    await when(setup.receiver.state, (state) => state.getSnapshot().interrupted)
    disk.release()
    await finished(again)
    expect(outcome(setup.receiver)).toEqual({ stage: 'verified' })
    expect(count.frames).toBeLessThanOrEqual(2 * FRAMES_A_BLOCK)
  })

  it('may break before anything was accepted', async () => {
    const setup = await offered([offerable('file', noise(10))])
    const again = reconnect(setup)
    await when(setup.receiver.state, (state) => !state.getSnapshot().interrupted)
    expect(setup.receiver.state.stage).toBe('offered')
    await when(setup.receiver.state, (state) => state.getSnapshot().files.length === 1)
    await idle(again.left)
    await setup.receiver.accept()
    await finished(again)
    expect(outcome(setup.sender)).toEqual({ stage: 'verified' })
  })

  it('may be cancelled while there is none', async () => {
    const disk = new SlowStore()
    const setup = await offered([offerable('file', noise(4 * BLOCK_BYTES))], () => disk)
    await setup.receiver.accept()
    await disk.holds(1)
    setup.sender.interrupt()
    setup.receiver.interrupt()
    setup.receiver.cancel()
    expect(outcome(setup.receiver)).toEqual({ stage: 'cancelled' })
    expect(disk.closed).toBe(true)
  })

  it('refuses another offer than was accepted', async () => {
    const disk = new SlowStore()
    const setup = await offered([offerable('file', noise(4 * BLOCK_BYTES))], () => disk)
    await setup.receiver.accept()
    await disk.holds(1)
    const again = reconnect(setup)
    again.left.control.tamper = (data) =>
      typeof data === 'string' ? data.replace('"name":"file"', '"name":"else"') : data
    disk.release()
    await finished(again)
    expect(outcome(setup.receiver)).toEqual({ stage: 'failed', code: 'malformed', foundBy: 'us' })
  })
})

describe('a pause', () => {
  for (const who of ['sender', 'receiver'] as const) {
    it(`by the ${who} holds everything up until it is over`, async () => {
      const setup = await offered([offerable('file', noise(8 * BLOCK_BYTES))])
      const count = countFrames(setup)
      setup[who].pause(true)
      const other = who === 'sender' ? setup.receiver : setup.sender
      await when(other.state, (state) => state.getSnapshot().paused.there)
      await setup.receiver.accept()
      await when(setup.sender.state, (state) => state.stage === 'moving')
      await idle(setup.right)
      await idle(setup.left)
      expect(count.frames).toBe(0)
      setup[who].pause(false)
      await finished(setup)
      expect(outcome(setup.receiver)).toEqual({ stage: 'verified' })
      expect(other.state.getSnapshot().paused).toEqual({ here: false, there: false })
    })
  }

  it('outlives the connection', async () => {
    const disk = new SlowStore()
    const setup = await offered([offerable('file', noise(8 * BLOCK_BYTES))], () => disk)
    await setup.receiver.accept()
    await disk.holds(1)
    setup.receiver.pause(true)
    const again = reconnect(setup)
    await when(setup.sender.state, (state) => state.getSnapshot().paused.there)
    disk.release()
    await when(setup.receiver.state, (state) => !state.getSnapshot().interrupted)
    await idle(again.right)
    const count = countFrames(again)
    await idle(again.left)
    expect(count.frames).toBe(0)
    setup.receiver.pause(false)
    await finished(again)
    expect(outcome(setup.sender)).toEqual({ stage: 'verified' })
  })
})

describe('a hostile receiver that comes back', () => {
  const malformed = { stage: 'failed', code: 'malformed', foundBy: 'us' }

  it.each([
    ['has blocks that the file does not', [['have', { file: 0, ranges: [[0, 3]] }]]],
    ['has blocks of a file that was not offered', [['have', { file: 1, ranges: [[0, 1]] }]]],
    [
      'has blocks of a file that it does not want',
      [
        ['have', { file: 0, ranges: [[0, 1]] }],
        ['accept', { files: [1] }],
      ],
    ],
    [
      'has blocks after it has accepted',
      [
        ['accept', { files: [0] }],
        ['have', { file: 0, ranges: [[0, 1]] }],
      ],
    ],
    [
      'reports less written than it said it had',
      [
        ['have', { file: 0, ranges: [[0, 1]] }],
        ['accept', { files: [0] }],
        ['credit', { written: 0, limit: 1 }],
      ],
    ],
    [
      'accepts twice',
      [
        ['accept', { files: [0] }],
        ['accept', { files: [0] }],
      ],
    ],
  ] as [string, [string, object][]][])('that %s is stopped', async (name, messages) => {
    const files = [offerable('file', noise(BLOCK_BYTES + 1))]
    if (name.includes('not want')) files.push(offerable('other', noise(1)))
    const setup = await offered(files)
    for (const [type, fields] of messages) arrive(setup.left, 'control', message(type, fields))
    await finished(setup)
    expect(outcome(setup.sender)).toEqual(malformed)
  })
})

it('two receivers share what is read', async () => {
  const file = offerable('file', noise(40 * BLOCK_BYTES))
  let reads = 0
  const blob = new Blob([noise(40 * BLOCK_BYTES)])
  const slice = blob.slice.bind(blob)
  blob.slice = (...range) => {
    reads += 1
    return slice(...range)
  }
  const { FileSource } = await import('./file-source')
  const shared = { ...file, source: new FileSource(blob) }
  const setups = [await offered([shared]), await offered([shared])]
  await Promise.all(setups.map(({ receiver }) => receiver.accept()))
  await Promise.all(setups.map(finished))
  for (const { receiver } of setups) expect(outcome(receiver)).toEqual({ stage: 'verified' })
  expect(reads).toBe(3)
})
