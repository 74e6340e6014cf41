/** The browser's connections and sockets, for tests of what is done with them: nothing happens but what a test says. */
import { afterEach, beforeEach, vi } from 'vitest'
import { nextTask, TestChannel } from './test-channels'

/** An `RTCPeerConnection` that describes itself, connects when told to, and remembers what was done to it. */
export class TestConnection extends EventTarget {
  readonly configuration: RTCConfiguration
  readonly channels: TestChannel[] = []
  /** Candidates that it was given. */
  readonly candidates: RTCIceCandidateInit[] = []
  readonly sctp = null
  connectionState: RTCPeerConnectionState = 'new'
  iceGatheringState: RTCIceGatheringState = 'new'
  localDescription: RTCSessionDescriptionInit | null = null
  remoteDescription: RTCSessionDescriptionInit | null = null
  restarts = 0
  stats = new Map<string, object>()
  closed = false
  #descriptions = 0

  constructor(configuration: RTCConfiguration = {}) {
    super()
    this.configuration = configuration
  }

  createDataChannel(): TestChannel {
    const channel = new TestChannel()
    this.channels.push(channel)
    return channel
  }

  setLocalDescription(): Promise<void> {
    const type = this.remoteDescription?.type === 'offer' ? 'answer' : 'offer'
    this.#descriptions += 1
    this.localDescription = { type, sdp: `${type} ${this.#descriptions}` }
    return Promise.resolve()
  }

  setRemoteDescription(description: RTCSessionDescriptionInit): Promise<void> {
    if (description.sdp === 'nonsense') return Promise.reject(new TypeError('nonsense'))
    this.remoteDescription = description
    return Promise.resolve()
  }

  addIceCandidate(candidate: RTCIceCandidateInit): Promise<void> {
    this.candidates.push(candidate)
    return Promise.resolve()
  }

  restartIce(): void {
    this.restarts += 1
  }

  getStats(): Promise<ReadonlyMap<string, object>> {
    return Promise.resolve(this.stats)
  }

  close(): void {
    this.closed = true
    this.connectionState = 'closed'
    for (const channel of this.channels) channel.readyState = 'closed'
  }

  /** Changes its state, and says so. */
  become(state: RTCPeerConnectionState): void {
    this.connectionState = state
    this.dispatchEvent(new Event('connectionstatechange'))
  }

  /** The two have found each other, and the channels are open. */
  connect(): void {
    this.become('connected')
    for (const channel of this.channels) channel.open()
  }

  /** It has gathered these, and, if told so, that was all. */
  gather(candidates: readonly Partial<RTCIceCandidate>[], complete = true): void {
    for (const candidate of candidates) {
      const event = Object.assign(new Event('icecandidate'), {
        candidate: { ...candidate, toJSON: () => ({ candidate: candidate.candidate ?? '' }) },
      })
      this.dispatchEvent(event)
    }
    if (!complete) return
    this.iceGatheringState = 'complete'
    this.dispatchEvent(new Event('icegatheringstatechange'))
  }
}

/** What a browser knows of a connection whose other end has a candidate of this type. */
export const through = (candidateType: string) =>
  new Map<string, object>([
    ['here', { id: 'here', type: 'local-candidate', candidateType: 'host' }],
    ['there', { id: 'there', type: 'remote-candidate', candidateType }],
    [
      'pair',
      {
        id: 'pair',
        type: 'candidate-pair',
        state: 'succeeded',
        nominated: true,
        localCandidateId: 'here',
        remoteCandidateId: 'there',
      },
    ],
  ])
export const DIRECT = through('host')

/** A `WebSocket` whose other end is the test. */
export class TestSocket extends EventTarget {
  readonly address: string
  readonly sent: unknown[] = []
  binaryType: BinaryType = 'blob'
  bufferedAmount = 0
  readyState = 1

  constructor(address: string) {
    super()
    this.address = address
  }

  send(data: unknown): void {
    this.sent.push(data)
  }

  /** This side closes it. */
  close(): void {
    this.readyState = 3
  }

  get closed(): boolean {
    return this.readyState === 3
  }

  open(): void {
    this.dispatchEvent(new Event('open'))
  }

  arrive(data: string | ArrayBuffer): void {
    this.dispatchEvent(new MessageEvent('message', { data }))
  }

  /** The other side closes it. */
  end(code = 1000): void {
    this.readyState = 3
    this.dispatchEvent(Object.assign(new Event('close'), { code }))
  }
}

/** What a test has in place of the browser's own. */
export interface TestBrowser {
  /** Every connection and socket that was made, oldest first. */
  readonly connections: TestConnection[]
  readonly sockets: TestSocket[]
  /** Called for each connection once it has described itself the first time. */
  described: (connection: TestConnection) => void
}

type Timers = Parameters<typeof vi.useFakeTimers>[0]

/** Runs each test of the block that calls it in a browser of its own, with these timers stopped; all where none are named. */
export function inTestBrowser(begin: (browser: TestBrowser) => void, timers?: Timers): void {
  beforeEach(() => {
    vi.useFakeTimers(timers)
    const { browser, globals } = testBrowser()
    for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value)
    begin(browser)
  })
  afterEach(() => {
    vi.unstubAllGlobals()
    vi.useRealTimers()
  })
}

/** Classes to put in place of `RTCPeerConnection` and `WebSocket`, and what is made of them. */
function testBrowser() {
  const browser: TestBrowser = { connections: [], sockets: [], described: () => undefined }
  const RTCPeerConnection = class extends TestConnection {
    constructor(configuration?: RTCConfiguration) {
      super(configuration)
      browser.connections.push(this)
    }
    override async setLocalDescription(): Promise<void> {
      const first = this.localDescription === null
      await super.setLocalDescription()
      if (first) browser.described(this)
    }
  }
  const WebSocket = class extends TestSocket {
    constructor(address: string) {
      super(address)
      browser.sockets.push(this)
    }
  }
  return { browser, globals: { RTCPeerConnection, WebSocket } }
}

/** Lets time pass, in milliseconds. */
export const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds)

/** What tests of time stop; whatever else is slow, such as cryptography, goes on by itself. */
export const CLOCKS: Timers = {
  toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'],
}

/** Waits, without any time passing on a stopped clock, until it is so. */
export async function until(isSo: () => boolean): Promise<void> {
  for (let turns = 0; !isSo(); turns += 1) {
    if (turns > 10_000) throw new Error('it never was')
    await nextTask()
  }
}

/** The server and the other side of a relay let this socket's page in. */
export function joinRelay(socket: TestSocket): void {
  socket.open()
  socket.arrive('{"ready":true}')
  socket.arrive(crypto.getRandomValues(new Uint8Array(16)).buffer)
}
