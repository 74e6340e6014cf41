// @vitest-environment node
/** `FileSender` against `FileReceiver`: what goes well, and at what pace. */
import { describe, expect, it } from 'vitest'
import { sameDigest } from './digest'
import { BLOCK_BYTES, WINDOW_BYTES } from './protocol'
import {
  finished,
  idle,
  noise,
  offerable,
  offered,
  outcome,
  SlowStore,
  when,
} from './test-transfer'

describe('a transfer', () => {
  it('moves files of every awkward size and proves each', async () => {
    const sizes = [0, 1, BLOCK_BYTES - 1, BLOCK_BYTES, BLOCK_BYTES + 1, 0, 5 * BLOCK_BYTES + 17]
    const contents = sizes.map((size, at) => noise(size, at + 1))
    const setup = await offered(contents.map((content, at) => offerable(`${at}.bin`, content)))
    await setup.receiver.accept()
    await finished(setup)
    expect([outcome(setup.sender), outcome(setup.receiver)]).toEqual([
      { stage: 'verified' },
      { stage: 'verified' },
    ])
    expect(setup.delivered.map((file) => file.name)).toEqual(contents.map((_, at) => `${at}.bin`))
    for (const [at, file] of setup.delivered.entries()) {
      const content = new Uint8Array(await file.arrayBuffer())
      expect(sameDigest(content, contents[at] ?? noise(1))).toBe(true)
    }
    const total = sizes.reduce((sum, size) => sum + size, 0)
    for (const { state } of [setup.sender, setup.receiver]) {
      expect(state.getSnapshot()).toMatchObject({ total, written: total, verified: sizes.length })
      state.tally.runs('direct')
      expect(state.tally.bytes()).toEqual({ direct: total, turn: 0, relay: 0 })
    }
  })

  it('moves a lone empty file', async () => {
    const setup = await offered([offerable('empty', noise(0))])
    await setup.receiver.accept()
    await finished(setup)
    expect(setup.delivered.map((file) => file.size)).toEqual([0])
    expect(outcome(setup.sender)).toEqual({ stage: 'verified' })
  })

  it('takes files that are added before anything is accepted', async () => {
    const setup = await offered([offerable('first', noise(10))])
    setup.sender.add([offerable('second', noise(20))])
    await when(setup.receiver.state, (state) => state.getSnapshot().files.length === 2)
    await setup.receiver.accept()
    await finished(setup)
    expect(setup.delivered.map((file) => file.name)).toEqual(['first', 'second'])
  })

  it('goes on with what was accepted when another offer crosses the answer', async () => {
    const setup = await offered([offerable('first', noise(10))])
    const accepted = setup.receiver.accept()
    setup.sender.add([offerable('late', noise(20))])
    await accepted
    await finished(setup)
    expect(setup.delivered.map((file) => file.name)).toEqual(['first'])
    expect(outcome(setup.sender)).toEqual({ stage: 'verified' })
  })

  it('is told of being declined', async () => {
    const setup = await offered([offerable('file', noise(10))])
    setup.receiver.decline()
    await finished(setup)
    expect([outcome(setup.sender), outcome(setup.receiver)]).toEqual([
      { stage: 'declined' },
      { stage: 'declined' },
    ])
  })
})

describe('back-pressure', () => {
  it('queues no more than eight mebibytes and a frame in the channel', async () => {
    const setup = await offered([offerable('file', noise(12 * 1024 * 1024))])
    setup.left.data.held = true
    await setup.receiver.accept()
    await when(setup.sender.state, () => setup.left.data.bufferedAmount >= 256 * 1024)
    setup.left.data.held = false
    setup.left.data.drain()
    await finished(setup)
    expect(outcome(setup.receiver)).toEqual({ stage: 'verified' })
    expect(setup.left.data.mostBuffered).toBeLessThan(8 * 1024 * 1024 + 2 * 64 * 1024)
  })

  it('sends nothing past the credit while the disk is slow', async () => {
    const disk = new SlowStore()
    const setup = await offered(
      [offerable('file', noise(WINDOW_BYTES + 4 * BLOCK_BYTES))],
      () => disk,
    )
    await setup.receiver.accept()
    await disk.holds(WINDOW_BYTES / BLOCK_BYTES)
    // The line is idle although there is more to send: only credit is missing.
    await idle(setup.left)
    expect(disk.waiting).toBe(WINDOW_BYTES / BLOCK_BYTES)
    disk.release()
    await finished(setup)
    expect(outcome(setup.receiver)).toEqual({ stage: 'verified' })
  })
})
