/**
 * A connection to one peer through the server's WebSocket relay (docs/PROTOCOL.md), for where nothing else
 * gets through: both channels in one pipe, every message sealed for the other page. Used by `Ladder`.
 */
import { browserRandom } from '../secrecy/randomness'
import { LANE_HALF_BYTES, LaneSealer, makeLaneHalf } from '../secrecy/lane-sealer'
import { type SealedPair } from '../secrecy/signal-sealer'
import { type Channels } from './channel'
import { TransferError } from './failure'
import { RelayChannel } from './relay-channel'

/** Most bytes of a message: a frame with half a block fits, and its seal within what the relay takes. */
const MAX_MESSAGE_BYTES = 192 * 1024
/** How long the other side may take to come, in milliseconds: a ticket is good for thirty seconds. */
const READY_TIMEOUT_MS = 20_000
/** `WebSocket.OPEN`. */
const OPEN = 1
/** Before every message: which channel it belongs to. */
const CONTROL = 0
const DATA = 1

/** One side's way into a relay. */
export interface RelayInvitation {
  /** Where it is: a `ws:` or `wss:` address. */
  readonly url: string
  readonly ticket: string
}

interface RelayOptions extends RelayInvitation {
  readonly pair: SealedPair
  /** The channels are open. */
  opened(): void
  /** It could not be made, or is gone; called once at most, and not after `close`. */
  lost(error: TransferError): void
}

/** What is used of a `WebSocket`. */
export type Socket = Pick<
  WebSocket,
  'addEventListener' | 'send' | 'close' | 'bufferedAmount' | 'binaryType' | 'readyState'
>

/** A connection through the relay. */
export class RelayLink implements Channels {
  readonly control: RelayChannel
  readonly data: RelayChannel
  readonly #socket: Socket
  readonly #options: RelayOptions
  readonly #half = makeLaneHalf(browserRandom)
  readonly #timer: ReturnType<typeof setTimeout>
  #sealer: Promise<LaneSealer> | undefined
  /** Done when everything that came has been heard. */
  #received: Promise<void> = Promise.resolve()
  /** Bytes that are being sealed and so not yet in the socket's own queue. */
  #sealing = 0
  #closed = false

  constructor(options: RelayOptions, connect: (url: string) => Socket = openSocket) {
    this.#options = options
    this.control = this.#channel(CONTROL)
    this.data = this.#channel(DATA)
    this.#socket = connect(options.url)
    this.#socket.binaryType = 'arraybuffer'
    this.#socket.addEventListener('open', () => {
      this.#socket.send(JSON.stringify({ ticket: options.ticket }))
    })
    this.#socket.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      this.#received = this.#receive(data)
    })
    this.#socket.addEventListener('close', () => {
      // What came last may still be being opened; seals open in order.
      void this.#received.then(() => this.#lose('connection', 'the relay closed'))
    })
    this.#timer = setTimeout(
      () => this.#lose('connection', 'the relay did not join us in time'),
      READY_TIMEOUT_MS,
    )
  }

  maxMessageBytes(): number {
    return MAX_MESSAGE_BYTES
  }

  giveUp(): void {
    this.#lose('connection', 'given up')
  }

  /** Closes once what was said has left. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    clearTimeout(this.#timer)
    const last = this.#sealer?.then((sealer) => sealer.seal(Uint8Array.of(CONTROL)))
    // Seals come out in order: when this one is there, all before it are in the socket's queue.
    void Promise.resolve(last)
      .catch(() => undefined)
      .then(() => this.#socket.close(1000))
    for (const channel of [this.control, this.data]) channel.close()
  }

  #channel(kind: number): RelayChannel {
    return new RelayChannel(
      (bytes) => this.#send(kind, bytes),
      () => this.#sealing + this.#socket.bufferedAmount,
    )
  }

  #send(kind: number, bytes: Uint8Array<ArrayBuffer>): void {
    const message = new Uint8Array(1 + bytes.length)
    message[0] = kind
    message.set(bytes, 1)
    this.#sealing += message.length
    const sealed = this.#sealer?.then((sealer) => sealer.seal(message))
    sealed
      ?.then((box) => {
        this.#sealing -= message.length
        if (this.#socket.readyState === OPEN) this.#socket.send(box)
      })
      .catch(() => this.#lose('connection', 'the relay has carried all it may'))
  }

  async #receive(data: unknown): Promise<void> {
    try {
      // The one text there is says that the other side has come; it is the server's, so trust it with no more.
      if (typeof data === 'string') this.#socket.send(this.#half)
      else if (data instanceof ArrayBuffer) await this.#receiveBytes(new Uint8Array(data))
    } catch (error) {
      const why = error instanceof TransferError ? error.message : String(error)
      this.#lose('tampered', why)
    }
  }

  async #receiveBytes(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    if (!this.#sealer) {
      if (bytes.length !== LANE_HALF_BYTES) throw new TransferError('tampered', 'half a name')
      this.#sealer = LaneSealer.make(this.#options.pair, { ours: this.#half, theirs: bytes })
      await this.#sealer
      if (!this.#closed) this.#opened()
      return
    }
    const message = await (await this.#sealer).open(bytes)
    if (this.#closed) return
    const content = message.subarray(1)
    if (message[0] === DATA) this.data.arrive(content.slice().buffer)
    else if (content.length > 0) this.control.arrive(new TextDecoder().decode(content))
  }

  #opened(): void {
    clearTimeout(this.#timer)
    // Whoever listens to the second channel's opening finds both open.
    this.control.readyState = 'open'
    this.data.open()
    this.control.open()
    this.#options.opened()
  }

  #lose(code: 'connection' | 'tampered', message: string): void {
    if (this.#closed) return
    this.close()
    this.#options.lost(new TransferError(code, message))
  }
}

function openSocket(url: string): WebSocket {
  return new WebSocket(url)
}
