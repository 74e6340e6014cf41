/**
 * Speaks to the signaling service: Socket.IO namespace `/p2p` (docs/PROTOCOL.md). Used by `Room`.
 */
import { io, type Socket } from 'socket.io-client'
import * as v from 'valibot'
import type { NearbyDevice } from '../secrecy/nearby-exchange'
import { type RelayInvitation } from './relay-link'
import { RELAY_URL, SIGNALING_ORIGIN, signalingAuth } from './signaling-place'
import {
  type Appeared,
  appeared,
  codeOpened,
  done,
  type IceServers,
  iceServers,
  type Joined,
  joined,
  knocking,
  knockMessage,
  locking,
  nearbyKnocked,
  nearbyNews,
  type Peer,
  type PeerSignal,
  presence,
  refusal,
  relayOffer,
  relayTicket,
  type RefusalCode,
  sender,
} from './signaling-messages'
import { type TransferReport } from './transfer-report'

/** How long the service may take to acknowledge, in milliseconds. */
const ACK_TIMEOUT_MS = 8000
/** How long reaching the service may take, in milliseconds. */
const CONNECT_TIMEOUT_MS = 10_000
/** How often a message is sent again to somebody who does not keep up, and the first wait between. */
const BUSY_RETRIES = 5
const BUSY_WAIT_MS = 200

/** How long after being sent away by the service we come back, in milliseconds. */
const RECONNECT_WAIT_MS = 1000
/** How long what the service cannot do for now is asked again, and how often, at first and later, in milliseconds. */
const UNAVAILABLE_PATIENCE_MS = 120_000
const UNAVAILABLE_FIRST_MS = 500
const UNAVAILABLE_MOST_MS = 5000

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
  /** Somebody entered the room, or is in it again. */
  peerJoined(peer: Peer): void
  /** Somebody's line was lost; it may come back. */
  peerAway(id: string): void
  peerLeft(id: string): void
  /** Whoever made the room lets nobody new in, or lets them in again. */
  roomLocked(locked: boolean): void
  /** Whoever made the room has put us out of it. */
  ejected(): void
  /** Another page has taken our place in the room. */
  displaced(): void
  /** A member has asked for a relay between us, to which this is our way. */
  relay(from: string, invitation: RelayInvitation): void
  /** A member said something, which nobody has looked into yet. */
  signal(from: string, event: PeerSignal['event'], message: unknown): void
}

/** Whatever a room needs of a line to the service. */
export type RoomService = Pick<SignalingClient, keyof SignalingClient>

/** What the service tells about codes (`CodeHosting`, `CodeJoining`). */
export interface CodeListener {
  /** Somebody tries our code, which is out of use by now. */
  knocked(knock: string, body: unknown): void
  /** The other side of an attempt said something, which nobody has looked into yet. */
  said(knock: string, body: unknown): void
  /** The other side of an attempt is gone, or broke it off. */
  ended(knock: string): void
  /** The connection was lost, and codes and attempts with it. */
  lost(): void
}

/** What the service tells about devices nearby (`Nearby`). */
export interface NearbyListener extends Omit<CodeListener, 'knocked'> {
  appeared(device: NearbyDevice): void
  gone(id: string): void
  /** A device knocks at ours, with a message that nobody has looked into yet. */
  knocked(knock: string, from: NearbyDevice, body: unknown): void
}

/** A connection to the signaling service. */
export class SignalingClient {
  readonly #socket: Socket
  readonly #listener: SignalingListener | undefined
  #closed = false

  /** `listener` hears what goes on in a room; whoever enters none needs none. */
  constructor(listener?: SignalingListener) {
    this.#listener = listener
    this.#socket = io(`${SIGNALING_ORIGIN}/p2p`, {
      auth: (show) => void signalingAuth().then(show),
      autoConnect: false,
      forceNew: true,
      // WebSocket first: polling first would cost two more round trips to a room.
      transports: ['websocket', 'polling'],
      tryAllTransports: true,
      reconnectionDelayMax: 5000,
    })
    this.#socket.on('connect_error', () => {
      // Not let in: a ticket may be over by the time it is shown, and socket.io does not try again.
      if (!this.#socket.active) setTimeout(() => this.#reconnect(), RECONNECT_WAIT_MS)
    })
    if (listener) this.#listen(listener)
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
        socket.on('connect', () => this.#listener?.reconnected())
        resolve()
      })
      socket.connect()
    })
  }

  /** Makes a room and enters it. `nonce` is what this page drew at random when it was loaded. */
  create(nonce: string): Promise<Joined> {
    return this.#ask('create', { nonce }, joined)
  }

  /** Enters a room; as who we were in it before, where `resume` is given and still holds. */
  join(room: string, nonce: string, resume?: string): Promise<Joined> {
    return this.#ask('join', { room, nonce, resume }, joined)
  }

  /** Sends a signal to one member of the room, again if that member does not keep up. */
  async signal(to: string, event: PeerSignal['event'], sealed: string): Promise<void> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        await this.#ask(event, { to, sealed }, done)
        return
      } catch (error) {
        const busy = error instanceof SignalingError && error.code === 'peer_busy'
        if (!busy || attempt === BUSY_RETRIES) throw error
      }
      await new Promise((resolve) => setTimeout(resolve, BUSY_WAIT_MS * 2 ** attempt))
    }
  }

  /** Lets nobody new into the room, or lets them in again. Refused to all but its owner. */
  async lock(locked: boolean): Promise<void> {
    await this.#ask('lock', { locked }, done)
  }

  /** Puts a member out of the room. Refused to all but its owner. */
  async eject(peer: string): Promise<void> {
    await this.#ask('eject', { peer }, done)
  }

  /** Passes on what is said about codes. */
  hearCodes(listener: CodeListener): void {
    this.#on('knock', knockMessage, (message) => listener.knocked(message.knock, message))
    this.#on('pake', knockMessage, (message) => listener.said(message.knock, message))
    this.#on('knock-ended', knocking, ({ knock }) => listener.ended(knock))
    this.#socket.on('disconnect', () => listener.lost())
  }

  /** Passes on what is said about devices nearby. */
  hearNearby(listener: NearbyListener): void {
    this.#on('nearby-appeared', nearbyNews, ({ device }) => listener.appeared(device))
    this.#on('nearby-gone', nearbyNews, ({ device }) => listener.gone(device.id))
    this.#on('nearby-knock', nearbyKnocked, (message) =>
      listener.knocked(message.knock, message.from, message),
    )
    this.#on('pake', knockMessage, (message) => listener.said(message.knock, message))
    this.#on('knock-ended', knocking, ({ knock }) => listener.ended(knock))
    this.#socket.on('disconnect', () => listener.lost())
  }

  /** Lets those nearby see us, and answers who they are; as another than before where they saw us already. */
  appear(description: Omit<NearbyDevice, 'id'>): Promise<Appeared> {
    return this.#ask('appear', description, appeared)
  }

  /** Lets nobody see us any more. */
  async disappear(): Promise<void> {
    await this.#ask('disappear', {}, done)
  }

  /** Knocks at a device nearby; returns the name of the attempt, which goes on by `pake`. */
  async knockNearby(device: string, body: object): Promise<string> {
    return (await this.#ask('nearby-knock', { ...body, device }, knocking)).knock
  }

  /** Opens a code, in place of the one before; returns its nameplate. */
  async openCode(): Promise<string> {
    return (await this.#ask('open-code', {}, codeOpened)).nameplate
  }

  /** Takes our code out of use. */
  async closeCode(): Promise<void> {
    await this.#ask('close-code', {}, done)
  }

  /** Tries a code with the first message to whoever opened it; returns the name of the attempt. */
  async knock(nameplate: string, body: object): Promise<string> {
    return (await this.#ask('knock', { ...body, nameplate }, knocking)).knock
  }

  /** Says something to the other side of an attempt. */
  async pake(knock: string, body: object): Promise<void> {
    await this.#ask('pake', { ...body, knock }, done)
  }

  /** Breaks an attempt off. */
  async endKnock(knock: string): Promise<void> {
    await this.#ask('knock-ended', { knock }, done)
  }

  /** Says how a transfer with a member of the room ended. */
  async report(peer: string, report: TransferReport): Promise<void> {
    await this.#ask('report', { peer, ...report }, done)
  }

  /** Asks for STUN and TURN servers again, with credentials that are good for a while. */
  iceServers(): Promise<IceServers> {
    return this.#ask('ice-servers', {}, iceServers)
  }

  /** Asks for a relay to one member, which hears of it; answers our way there. */
  async openRelay(to: string): Promise<RelayInvitation> {
    return { url: RELAY_URL, ...(await this.#ask('relay', { to }, relayTicket)) }
  }

  /** Leaves the room and disconnects for good. */
  close(): void {
    this.#closed = true
    this.#socket.removeAllListeners()
    // A line that merely breaks leaves us in the room for a while; whoever goes on purpose says so.
    if (this.#socket.connected) this.#socket.emit('leave', {})
    this.#socket.disconnect()
  }

  #reconnect(): void {
    if (!this.#closed) this.#socket.connect()
  }

  /** Asks, and asks again what the service says it could not do for now. */
  async #ask<T>(event: string, body: object, schema: v.GenericSchema<unknown, T>): Promise<T> {
    const line = this.#socket.id
    const until = performance.now() + UNAVAILABLE_PATIENCE_MS
    for (let wait = UNAVAILABLE_FIRST_MS; ; wait = Math.min(wait * 2, UNAVAILABLE_MOST_MS)) {
      try {
        return await this.#askOnce(event, body, schema)
      } catch (error) {
        const passing = error instanceof SignalingError && error.code === 'unavailable'
        if (!passing || performance.now() > until) throw error
      }
      await new Promise((resolve) => setTimeout(resolve, wait))
      // What was asked on a line that broke meanwhile is not what the next one is for.
      if (this.#socket.id !== line) throw new SignalingError('unreachable', `${event} was given up`)
    }
  }

  async #askOnce<T>(event: string, body: object, schema: v.GenericSchema<unknown, T>): Promise<T> {
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

  #listen(listener: SignalingListener): void {
    this.#socket.on('disconnect', (reason) => {
      listener.disconnected()
      // A service that shuts down says goodbye, and socket.io takes that for a wish to be left alone.
      if (reason === 'io server disconnect') setTimeout(() => this.#reconnect(), RECONNECT_WAIT_MS)
    })
    this.#on('peer-joined', presence, ({ peer }) => listener.peerJoined(peer))
    this.#on('peer-away', presence, ({ peer }) => listener.peerAway(peer.id))
    this.#on('peer-left', presence, ({ peer }) => listener.peerLeft(peer.id))
    this.#on('room-locked', locking, ({ locked }) => listener.roomLocked(locked))
    this.#on('ejected', done, () => listener.ejected())
    this.#on('displaced', done, () => listener.displaced())
    this.#on('relay', relayOffer, ({ from, ...offered }) => {
      listener.relay(from, { url: RELAY_URL, ...offered })
    })
    for (const event of ['offer', 'answer', 'ice-candidate'] as const) {
      this.#on(event, sender, (message) => listener.signal(message.from, event, message))
    }
  }

  #on<T>(event: string, schema: v.GenericSchema<unknown, T>, handle: (value: T) => void): void {
    this.#socket.on(event, (payload: unknown) => {
      const parsed = v.safeParse(schema, payload)
      // What the service itself says wrong is of no use to anybody.
      if (parsed.success) handle(parsed.output)
    })
  }
}
