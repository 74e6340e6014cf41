/**
 * Speaks to the signaling service: Socket.IO namespace `/p2p` (docs/PROTOCOL.md). Used by `Room`.
 */
import { io, type Socket } from 'socket.io-client'
import * as v from 'valibot'
import {
  description,
  done,
  type Joined,
  joined,
  type PeerSignal,
  presence,
  refusal,
  type RefusalCode,
  sender,
  trickle,
} from './signaling-messages'

/** How long the service may take to acknowledge, in milliseconds. */
const ACK_TIMEOUT_MS = 8000
/** How long reaching the service may take, in milliseconds. */
const CONNECT_TIMEOUT_MS = 10_000
/** How often a message is sent again to somebody who does not keep up, and the first wait between. */
const BUSY_RETRIES = 5
const BUSY_WAIT_MS = 200

/** How long after being sent away by the service we come back, in milliseconds. */
const RECONNECT_WAIT_MS = 1000

/** Why the service did not do what was asked; `unreachable` when it could not be asked. */
export class SignalingError extends Error {
  override readonly name = 'SignalingError'
  readonly code: RefusalCode | 'unreachable'

  constructor(code: RefusalCode | 'unreachable', message: string) {
    super(message)
    this.code = code
  }
}

/** What the service tells unasked. Ids are checked; they name members of our room. */
export interface SignalingListener {
  /** The connection is there again after it was lost; the room has to be entered again. */
  reconnected(): void
  /** The connection was lost; it is being made again. */
  disconnected(): void
  peerJoined(id: string): void
  peerLeft(id: string): void
  signal(from: string, signal: PeerSignal): void
  /** A member sent a signal that is none. */
  malformed(from: string): void
}

/** A connection to the signaling service. */
export class SignalingClient {
  readonly #socket: Socket
  readonly #listener: SignalingListener
  #closed = false

  /** `origin` is the service's address; the page's own unless given. */
  constructor(listener: SignalingListener, origin = '') {
    this.#listener = listener
    this.#socket = io(`${origin}/p2p`, {
      autoConnect: false,
      forceNew: true,
      // WebSocket first: polling first would cost two more round trips to a room.
      transports: ['websocket', 'polling'],
      tryAllTransports: true,
      reconnectionDelayMax: 5000,
    })
    this.#listen()
  }

  /** Connects. Throws `unreachable`. */
  connect(): Promise<void> {
    const socket = this.#socket
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        socket.disconnect()
        reject(new SignalingError('unreachable', 'no connection to the signaling service'))
      }, CONNECT_TIMEOUT_MS)
      socket.once('connect', () => {
        clearTimeout(timer)
        socket.on('connect', () => this.#listener.reconnected())
        resolve()
      })
      socket.connect()
    })
  }

  /** Makes a room and enters it. */
  create(): Promise<Joined> {
    return this.#ask('create', {}, joined)
  }

  /** Enters a room. */
  join(room: string): Promise<Joined> {
    return this.#ask('join', { room }, joined)
  }

  /** Sends a signal to one member of the room, again if that member does not keep up. */
  async signal(to: string, signal: PeerSignal): Promise<void> {
    const { event, ...body } = signal
    for (let attempt = 0; ; attempt += 1) {
      try {
        await this.#ask(event, { to, ...body }, done)
        return
      } catch (error) {
        const busy = error instanceof SignalingError && error.code === 'peer_busy'
        if (!busy || attempt === BUSY_RETRIES) throw error
      }
      await new Promise((resolve) => setTimeout(resolve, BUSY_WAIT_MS * 2 ** attempt))
    }
  }

  /** Leaves the room and disconnects for good. */
  close(): void {
    this.#closed = true
    this.#socket.removeAllListeners()
    this.#socket.disconnect()
  }

  #reconnect(): void {
    if (!this.#closed) this.#socket.connect()
  }

  async #ask<T>(event: string, body: object, schema: v.GenericSchema<unknown, T>): Promise<T> {
    let answer: unknown
    try {
      answer = await this.#socket.timeout(ACK_TIMEOUT_MS).emitWithAck(event, body)
    } catch {
      throw new SignalingError('unreachable', `${event} was not acknowledged`)
    }
    const refused = v.safeParse(refusal, answer)
    if (refused.success) {
      throw new SignalingError(refused.output.error.code, refused.output.error.message)
    }
    const parsed = v.safeParse(schema, answer)
    if (parsed.success) return parsed.output
    throw new SignalingError('unreachable', `${event} was acknowledged with something else`)
  }

  #listen(): void {
    const listener = this.#listener
    this.#socket.on('disconnect', (reason) => {
      listener.disconnected()
      // A service that shuts down says goodbye, and socket.io takes that for a wish to be left alone.
      if (reason === 'io server disconnect') setTimeout(() => this.#reconnect(), RECONNECT_WAIT_MS)
    })
    this.#on('peer-joined', presence, ({ peer }) => listener.peerJoined(peer.id))
    this.#on('peer-left', presence, ({ peer }) => listener.peerLeft(peer.id))
    for (const event of ['offer', 'answer'] as const) {
      this.#on(event, description, ({ from, sdp }) => listener.signal(from, { event, sdp }))
    }
    this.#on('ice-candidate', trickle, ({ from, candidate }) =>
      listener.signal(from, { event: 'ice-candidate', candidate }),
    )
  }

  #on<T>(event: string, schema: v.GenericSchema<unknown, T>, handle: (value: T) => void): void {
    this.#socket.on(event, (payload: unknown) => {
      const parsed = v.safeParse(schema, payload)
      if (parsed.success) {
        handle(parsed.output)
        return
      }
      const blamed = v.safeParse(sender, payload)
      if (blamed.success) this.#listener.malformed(blamed.output.from)
    })
  }
}
