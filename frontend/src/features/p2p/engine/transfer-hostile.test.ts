// @vitest-environment node
/** What the other browser may try, and what comes of it. */
import { describe, expect, it } from 'vitest'
import { BlobStore } from './blob-store'
import { FRAME_SEAL } from './frames'
import { BLOCK_BYTES, WINDOW_BYTES } from './protocol'
import { FileReceiver } from './receiver'
import { FileSender } from './sender'
import { channelPair } from './test-channels'
import {
  altered,
  arrive,
  chunk,
  ended,
  finished,
  message,
  noise,
  offerable,
  offered,
  outcome,
  silence,
  SlowStore,
} from './test-transfer'

describe('a corrupted block', () => {
  it('ends the transfer as corrupt on both sides and delivers nothing', async () => {
    const setup = await offered([offerable('file', noise(3 * BLOCK_BYTES))])
    let frames = 0
    setup.left.data.tamper = (data) => {
      frames += 1
      if (frames === 8 && data instanceof ArrayBuffer) new Uint8Array(data).fill(0, 100, 200)
      return data
    }
    await setup.receiver.accept()
    await finished(setup)
    expect(outcome(setup.receiver)).toEqual({ stage: 'failed', code: 'corrupt', foundBy: 'us' })
    expect(outcome(setup.sender)).toEqual({ stage: 'failed', code: 'corrupt', foundBy: 'them' })
    expect(setup.delivered).toEqual([])
  })

  it('is found when only the file’s digest differs', async () => {
    const setup = await offered([offerable('file', noise(10))])
    setup.left.control.tamper = (data) =>
      typeof data === 'string' && data.includes('"end"')
        ? message('end', { file: 0, digest: '0'.repeat(64) })
        : data
    await setup.receiver.accept()
    await finished(setup)
    expect(outcome(setup.receiver)).toEqual({ stage: 'failed', code: 'corrupt', foundBy: 'us' })
    expect(setup.delivered).toEqual([])
  })
})

describe('a hostile sender', () => {
  const malformed = { stage: 'failed', code: 'malformed', foundBy: 'us' }

  it.each<[string, (chunk: ArrayBuffer) => ArrayBuffer[]]>([
    ['sends a chunk twice', (chunk) => [chunk, chunk.slice(0)]],
    ['leaves one out', () => []],
    ['sends no frame at all', () => [new ArrayBuffer(3)]],
    ['sends another file', (chunk) => [altered(chunk, { file: 1 })]],
    ['sends another block', (chunk) => [altered(chunk, { block: 7 })]],
    ['sends another offset', (chunk) => [altered(chunk, { offset: 16 })]],
  ])('that %s is stopped', async (_, change) => {
    const setup = await offered([offerable('file', noise(2 * BLOCK_BYTES))])
    let first = true
    setup.left.data.tamper = (data) => {
      if (!first || typeof data === 'string') return data
      first = false
      const [head, ...rest] = change(data)
      for (const extra of rest) queueMicrotask(() => arrive(setup.right, 'data', extra))
      return head
    }
    await setup.receiver.accept()
    await finished(setup)
    expect(outcome(setup.receiver)).toEqual(malformed)
    expect(outcome(setup.sender)).toEqual({ ...malformed, foundBy: 'them' })
  })

  it.each([
    ['content', chunk(0, 0, 10)],
    ['a seal', altered(chunk(0, 10, 32), { kind: FRAME_SEAL })],
  ])('that sends %s before anything was accepted is stopped', async (_, frame) => {
    const setup = await offered([offerable('file', noise(10))])
    arrive(setup.right, 'data', frame)
    await finished(setup)
    expect(outcome(setup.receiver)).toEqual(malformed)
  })

  it('that sends content past the credit is stopped', async () => {
    const disk = new SlowStore()
    const setup = await offered([offerable('file', noise(WINDOW_BYTES + BLOCK_BYTES))], () => disk)
    await setup.receiver.accept()
    await disk.holds(WINDOW_BYTES / BLOCK_BYTES)
    arrive(setup.right, 'data', chunk(WINDOW_BYTES / BLOCK_BYTES, 0, 1))
    await finished(setup)
    expect(outcome(setup.receiver)).toEqual(malformed)
  })

  it.each([
    ['something else than a message', 'hello?'],
    ['hello again', '{"type":"hello","version":1}'],
    ['a message that only receivers send', '{"type":"accept","files":[0]}'],
    ['the end of a file nobody accepted', `{"type":"end","file":0,"digest":"${'0'.repeat(64)}"}`],
  ])('that says %s is stopped', async (_, text) => {
    const setup = await offered([offerable('file', noise(10))])
    arrive(setup.right, 'control', text)
    await finished(setup)
    expect(outcome(setup.receiver)).toEqual(malformed)
    expect(outcome(setup.sender)).toEqual({ ...malformed, foundBy: 'them' })
  })
})

describe('a hostile receiver', () => {
  const digest = '0'.repeat(64)

  it.each([
    ['accepts a file that was not offered', '{"type":"accept","files":[1]}'],
    ['gives credit before accepting', '{"type":"credit","written":0,"limit":1}'],
    [
      'claims a file verified before it was sent',
      `{"type":"verified","file":0,"digest":"${digest}"}`,
    ],
    ['speaks like a sender', `{"type":"end","file":0,"digest":"${digest}"}`],
  ])('that %s is stopped', async (_, text) => {
    const setup = await offered([offerable('file', noise(10))])
    arrive(setup.left, 'control', text)
    await finished(setup)
    expect(outcome(setup.sender)).toEqual({ stage: 'failed', code: 'malformed', foundBy: 'us' })
  })

  it.each([
    ['more written than was sent', { written: 5, limit: WINDOW_BYTES + 5 }],
    ['a window beyond the largest', { written: 0, limit: WINDOW_BYTES + 1 }],
    ['less credit than before', { written: 0, limit: WINDOW_BYTES - 1 }],
  ])('that reports %s is stopped', async (_, credit) => {
    const setup = await offered([offerable('file', noise(3 * BLOCK_BYTES))])
    setup.right.control.tamper = (data) => {
      if (typeof data !== 'string' || !data.includes('"written":0')) return data
      // Follows the first honest credit, before anything can have been sent on it.
      queueMicrotask(() => arrive(setup.left, 'control', message('credit', credit)))
      return data
    }
    await setup.receiver.accept()
    await ended(setup.sender.state)
    expect(outcome(setup.sender)).toEqual({ stage: 'failed', code: 'malformed', foundBy: 'us' })
  })

  it('that verifies an empty file before its end was sent is stopped', async () => {
    const setup = await offered([offerable('empty', noise(0))])
    arrive(setup.left, 'control', message('accept', { files: [0] }))
    arrive(setup.left, 'control', message('verified', { file: 0, digest }))
    expect(outcome(setup.sender)).toEqual({ stage: 'failed', code: 'malformed', foundBy: 'us' })
  })

  it('that verifies with a digest of its own is found out', async () => {
    const setup = await offered([offerable('file', noise(10))])
    setup.right.control.tamper = (data) =>
      typeof data === 'string' && data.includes('verified')
        ? message('verified', { file: 0, digest })
        : data
    await setup.receiver.accept()
    await ended(setup.sender.state)
    expect(outcome(setup.sender)).toEqual({ stage: 'failed', code: 'corrupt', foundBy: 'us' })
  })

  it('that verifies what it never reported written is found out', async () => {
    const setup = await offered([offerable('file', noise(10))])
    setup.right.control.tamper = (data) =>
      typeof data === 'string' && data.includes('"written":10') ? undefined : data
    await setup.receiver.accept()
    await ended(setup.sender.state)
    expect(outcome(setup.sender)).toEqual({ stage: 'failed', code: 'malformed', foundBy: 'us' })
  })
})

describe('another version', () => {
  it('ends the transfer on both sides before anything is offered', async () => {
    const { left, right, open } = channelPair()
    const sender = new FileSender(silence())
    const receiver = new FileReceiver({
      talk: silence(),
      openStore: () => Promise.resolve(new BlobStore()),
      deliver: () => undefined,
    })
    sender.connect(left)
    receiver.connect(right)
    left.control.tamper = (data) => (typeof data === 'string' ? data.replace(':1}', ':2}') : data)
    open()
    await Promise.all([ended(sender.state), ended(receiver.state)])
    expect(outcome(receiver)).toEqual({ stage: 'failed', code: 'version', foundBy: 'us' })
    expect(outcome(sender)).toEqual({ stage: 'failed', code: 'version', foundBy: 'them' })
  })
})
