// @vitest-environment node
/** Texts between two pages, and what becomes of them when connections and pages go. */
import { describe, expect, it } from 'vitest'
import { browserRandom } from '../secrecy/randomness'
import { type ControlMessage } from './control-messages'
import { TransferError } from './failure'
import { FileReceiver } from './receiver'
import { FileSender } from './sender'
import { canBeSaid, Talk, type TalkLine, type TalkMessage } from './talk'
import { channelPair } from './test-channels'
import { ended, noise, offerable, outcome, reached } from './test-transfer'
import { BlobStore } from './blob-store'

/** Joins two lines: what one says the other hears, once both are open. */
function join(left: TalkLine, right: TalkLine): () => void {
  let waiting: (() => void)[] | undefined = []
  const bring = (to: TalkLine) => (message: TalkMessage) => {
    if (waiting) waiting.push(() => to.hear(message))
    else to.hear(message)
  }
  const [toRight, toLeft] = [bring(right), bring(left)]
  left.open(toRight)
  right.open(toLeft)
  const first = waiting
  waiting = undefined
  for (const deliver of first) deliver()
  return () => {
    left.close(toRight)
    right.close(toLeft)
  }
}

const texts = (talk: Talk) =>
  talk.now.getSnapshot().said.map(({ text, from, heardBy }) => [text, from, ...heardBy])

function page(): Talk {
  return new Talk(browserRandom)
}

const id = 'A'.repeat(22)

describe('texts', () => {
  it('reach the other page, which says so', () => {
    const [host, guest] = [page(), page()]
    join(host.lineTo('guest'), guest.lineTo('host'))
    host.say('ready?')
    guest.say('yes\nsend it')
    expect(texts(host)).toEqual([
      ['ready?', undefined, 'guest'],
      ['yes\nsend it', 'guest'],
    ])
    expect(texts(guest)).toEqual([
      ['ready?', 'host'],
      ['yes\nsend it', undefined, 'host'],
    ])
  })

  it('that were written before anybody came reach whoever comes', () => {
    const host = page()
    host.say('the password is on the fridge')
    expect(texts(host)).toEqual([['the password is on the fridge', undefined]])
    for (const name of ['first', 'second']) {
      const guest = page()
      join(host.lineTo(name), guest.lineTo('host'))
      expect(texts(guest)).toEqual([['the password is on the fridge', 'host']])
    }
    expect(texts(host)).toEqual([['the password is on the fridge', undefined, 'first', 'second']])
  })

  it('that are said while there is no connection are heard over the next, and each once', () => {
    const [host, guest] = [page(), page()]
    const [left, right] = [host.lineTo('guest'), guest.lineTo('host')]
    const part = join(left, right)
    host.say('one')
    part()
    host.say('two')
    expect(texts(guest)).toEqual([['one', 'host']])
    join(left, right)
    expect(texts(guest)).toEqual([
      ['one', 'host'],
      ['two', 'host'],
    ])
    expect(texts(host)).toEqual([
      ['one', undefined, 'guest'],
      ['two', undefined, 'guest'],
    ])
  })

  it('come again to a page that was loaded anew', () => {
    const host = page()
    const line = host.lineTo('guest')
    const part = join(line, page().lineTo('host'))
    host.say('one')
    part()
    const reloaded = page()
    join(line, reloaded.lineTo('host'))
    expect(texts(reloaded)).toEqual([['one', 'host']])
    expect(texts(host)).toEqual([['one', undefined, 'guest']])
  })

  it('of a connection that took another’s place are not cut off by its end', () => {
    const host = page()
    const line = host.lineTo('guest')
    const sent: ControlMessage[] = []
    const old = () => undefined
    line.open(old)
    line.open((message) => sent.push(message))
    line.close(old)
    host.say('still there')
    expect(sent).toMatchObject([{ type: 'text', text: 'still there' }])
  })

  it('are bounded in number, for us and for them', () => {
    const [host, guest] = [page(), page()]
    const line = host.lineTo('guest')
    join(line, guest.lineTo('host'))
    for (let at = 0; at < 100; at += 1) guest.say(`${at}`)
    expect(guest.hasRoom).toBe(false)
    guest.say('one more')
    expect(texts(host)).toHaveLength(100)
    expect(texts(guest)).toHaveLength(100)
    expect(() => line.hear({ type: 'text', id, text: 'x' })).toThrow(TransferError)
    // What is known already may come again.
    const first = host.now.getSnapshot().said[0]
    line.hear({ type: 'text', id: first?.id ?? '', text: '0' })
    expect(texts(host)).toHaveLength(100)
  })

  it('cannot be said to have been heard that were never said', () => {
    const line = page().lineTo('guest')
    expect(() => line.hear({ type: 'heard', id })).toThrow(TransferError)
  })

  it.each([
    ['a', true],
    ['', false],
    [' \n\t', false],
    ['é'.repeat(4096), true],
    ['é'.repeat(4096) + 'x', false],
  ])('may be neither empty nor long: %#', (text, can) => {
    expect(canBeSaid(text)).toBe(can)
    const host = page()
    host.say(text)
    expect(texts(host)).toHaveLength(can ? 1 : 0)
  })
})

describe('texts beside a transfer', () => {
  /** A sender and a receiver who have something to say before, and while, files pass. */
  function setup() {
    const { left, right, open } = channelPair()
    const [host, guest] = [page(), page()]
    const sender = new FileSender(host.lineTo('guest'))
    const receiver = new FileReceiver({
      talk: guest.lineTo('host'),
      openStore: () => Promise.resolve(new BlobStore()),
      deliver: () => undefined,
    })
    sender.connect(left)
    receiver.connect(right)
    return { left, host, guest, sender, receiver, open }
  }

  it('pass with no file offered, and while files are', async () => {
    const { host, guest, sender, receiver, open } = setup()
    host.say('first')
    open()
    await reached(sender.state, 'connected')
    await expect.poll(() => texts(host)).toEqual([['first', undefined, 'guest']])
    guest.say('second')
    await expect.poll(() => texts(host)).toHaveLength(2)
    sender.add([offerable('a.bin', noise(1000))])
    await reached(receiver.state, 'offered')
    host.say('third')
    await receiver.accept()
    await Promise.all([ended(sender.state), ended(receiver.state)])
    expect(outcome(sender)).toEqual({ stage: 'verified' })
    expect(texts(guest).map(([text]) => text)).toEqual(['first', 'second', 'third'])
  })

  it.each(['{"type":"text","id":"short","text":"x"}', `{"type":"heard","id":"${id}"}`])(
    'that nobody may send end it: %s',
    async (message) => {
      const { left, sender, receiver, open } = setup()
      open()
      await reached(receiver.state, 'connected')
      left.control.send(message)
      await ended(receiver.state)
      expect(outcome(receiver)).toEqual({ stage: 'failed', code: 'malformed', foundBy: 'us' })
      await ended(sender.state)
    },
  )
})
