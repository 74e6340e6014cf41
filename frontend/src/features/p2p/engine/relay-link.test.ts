// @vitest-environment node
/** Two ends of a relay joined in memory, through a server that may meddle. */
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { LinkKey } from '../secrecy/link-key'
import { browserRandom } from '../secrecy/randomness'
import { type TransferError } from './failure'
import { RelayLink, type Socket } from './relay-link'
import { nextTask } from './test-channels'

/** A WebSocket to a relay that passes on what it is given, one message a task. */
class TestSocket extends EventTarget implements Socket {
  binaryType: BinaryType = 'blob'
  bufferedAmount = 0
  readyState = 1
  readonly said: unknown[] = []
  closedWith: number | undefined
  peer: TestSocket | undefined
  /** What becomes of a message on its way. */
  meddle: (data: ArrayBuffer) => ArrayBuffer[] = (data) => [data]

  send(data: string | ArrayBufferLike | Blob | ArrayBufferView): void {
    this.said.push(data)
    if (!(data instanceof Uint8Array)) return
    for (const message of this.meddle(data.slice().buffer)) this.peer?.arrive(message)
  }

  arrive(data: unknown): void {
    void nextTask().then(() => this.dispatchEvent(new MessageEvent('message', { data })))
  }

  close(code?: number): void {
    this.closedWith = code
    this.readyState = 3
    void nextTask().then(() => this.peer?.dispatchEvent(new Event('close')))
  }
}

/** Sealing happens on other threads, which may be busy. */
const PATIENCE = { timeout: 4000 }

const key = LinkKey.make(browserRandom)
const [left, right] = ['L', 'R'].map((letter) => ({
  id: letter.repeat(22),
  nonce: letter.toLowerCase().repeat(22),
}))
if (!left || !right) throw new Error('two members')

/** Both ends, and what happens at each. */
function setUp() {
  const sockets = { left: new TestSocket(), right: new TestSocket() }
  sockets.left.peer = sockets.right
  sockets.right.peer = sockets.left
  const opened = { left: vi.fn(), right: vi.fn() }
  const lost: { left: TransferError[]; right: TransferError[] } = { left: [], right: [] }
  const end = (name: 'left' | 'right', otherKey = key) => {
    const [self, other] = name === 'left' ? [left, right] : [right, left]
    if (!self || !other) throw new Error('two members')
    const options = {
      url: 'ws://relay.test/relay',
      ticket: `${name} ticket`,
      pair: { key: otherKey, room: 'room', self, other },
      opened: opened[name],
      lost: (error: TransferError) => lost[name].push(error),
    }
    return new RelayLink(options, () => sockets[name])
  }
  const join = async () => {
    for (const socket of Object.values(sockets)) {
      socket.dispatchEvent(new Event('open'))
      socket.arrive('{"ready":true}')
    }
    await vi.waitFor(() => expect(opened.left).toHaveBeenCalled(), PATIENCE)
    await vi.waitFor(() => expect(opened.right).toHaveBeenCalled(), PATIENCE)
  }
  return { sockets, opened, lost, end, join }
}

describe('a relay', () => {
  let setup: ReturnType<typeof setUp>

  beforeEach(() => {
    setup = setUp()
  })

  const lostFor = (codes: string[]) =>
    vi.waitFor(() => expect(setup.lost.right.map(({ code }) => code)).toEqual(codes), PATIENCE)

  async function joined() {
    const links = { left: setup.end('left'), right: setup.end('right') }
    await setup.join()
    const heard: unknown[] = []
    for (const channel of [links.right.control, links.right.data]) {
      channel.addEventListener('message', (event) => heard.push((event as MessageEvent).data))
    }
    return { ...links, heard }
  }

  it('shows its ticket first, and opens when the other side is there', async () => {
    const { left, right } = await joined()
    expect(setup.sockets.left.said[0]).toBe('{"ticket":"left ticket"}')
    expect(setup.opened.left).toHaveBeenCalledTimes(1)
    expect(setup.opened.right).toHaveBeenCalledTimes(1)
    for (const { control, data } of [left, right]) {
      expect([control.readyState, data.readyState]).toEqual(['open', 'open'])
    }
  })

  it('carries texts and bytes in order, and the server reads neither', async () => {
    const { left, heard } = await joined()
    const frame = new TextEncoder().encode('a piece of content')
    left.control.send('{"type":"hello"}')
    left.data.send(frame)
    frame.fill(0)
    left.control.send('last')
    await vi.waitFor(() => expect(heard).toHaveLength(3), PATIENCE)
    const [first, second, third] = heard
    expect([first, third]).toEqual(['{"type":"hello"}', 'last'])
    expect(second).toBeInstanceOf(ArrayBuffer)
    expect(new TextDecoder().decode(second as ArrayBuffer)).toBe('a piece of content')
    const passed = setup.sockets.left.said.filter((data) => data instanceof Uint8Array)
    const clear = passed.map((data) => String.fromCharCode(...data)).join('')
    expect(clear).not.toMatch(/hello|piece|last/)
  })

  it('counts what is being sealed as queued', async () => {
    const { left } = await joined()
    left.data.send(new Uint8Array(1000))
    expect(left.data.bufferedAmount).toBeGreaterThanOrEqual(1000)
    await vi.waitFor(() => expect(left.data.bufferedAmount).toBe(0), PATIENCE)
  })

  it.each<[string, (data: ArrayBuffer) => ArrayBuffer[]]>([
    ['changes a message', (data) => [flipped(data)]],
    ['plays a message back', (data) => [data, data.slice(0)]],
    ['cuts a message short', (data) => [data.slice(1)]],
    ['makes one up', () => [new Uint8Array(40).buffer]],
  ])('is given up as tampered with when the server %s', async (_, meddle) => {
    const { left, heard } = await joined()
    setup.sockets.left.meddle = meddle
    left.control.send('hello')
    await lostFor(['tampered'])
    expect(heard.length).toBeLessThanOrEqual(1)
  })

  it('is given up as tampered with when the server leaves a message out', async () => {
    const { left, heard } = await joined()
    setup.sockets.left.meddle = () => []
    const { said } = setup.sockets.left
    const before = said.length
    left.control.send('lost')
    await vi.waitFor(() => expect(said).toHaveLength(before + 1), PATIENCE)
    setup.sockets.left.meddle = (data) => [data]
    left.control.send('next')
    await lostFor(['tampered'])
    expect(heard).toEqual([])
  })

  it('leads nowhere for a page with another key', async () => {
    const here = setup.end('left')
    setup.end('right', LinkKey.make(browserRandom))
    await setup.join()
    here.control.send('hello')
    await lostFor(['tampered'])
  })

  it('sends what was said before it closes', async () => {
    const { left, heard } = await joined()
    left.control.send('last words')
    left.close()
    expect(left.control.readyState).toBe('closed')
    await lostFor(['connection'])
    expect(heard).toEqual(['last words'])
    expect(setup.sockets.left.closedWith).toBe(1000)
    expect(setup.lost.left).toEqual([])
  })
})

function flipped(data: ArrayBuffer): ArrayBuffer {
  const bytes = new Uint8Array(data)
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
  return data
}
