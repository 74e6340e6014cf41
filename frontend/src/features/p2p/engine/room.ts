/**
 * A room: the line to the signaling service, and a transfer with every other member that this side has to do
 * with. `HostRoom` and `GuestRoom` say what is transferred.
 */
import { type LinkKey } from '../secrecy/link-key'
import { browserRandom } from '../secrecy/randomness'
import { CodeHosting } from './code-host'
import { type Network } from './doctor-self-test'
import { asTransferError } from './failure'
import { Member, type Transfer } from './member'
import { Nearby } from './nearby'
import { PAGE_NONCE } from './page-nonce'
import { SealedLine } from './sealed-line'
import {
  type RoomService,
  SignalingClient,
  SignalingError,
  type SignalingListener,
} from './signaling-client'
import { RELAY_URL } from './signaling-place'
import { type IceServer, type Joined, type Peer, type PeerSignal } from './signaling-messages'
import { Store } from './store'

/** Members that are remembered; of more, the oldest whose transfer has ended is forgotten. */
const MAX_REMEMBERED = 64

/** How long after an answer that did not come the room is entered again, in milliseconds. */
const ENTER_AGAIN_MS = 2000
/** How often TURN's credentials are asked for again, in milliseconds: they open nothing after an hour. */
const REFRESH_EVERY_MS = 30 * 60_000

/** A room at one moment. Each member's transfer has a snapshot of its own. */
export interface RoomSnapshot<T extends Transfer = Transfer> {
  readonly phase:
    /** Reaching the service and entering. */
    | 'opening'
    /** In the room. */
    | 'open'
    /** The line to the service is gone and being made again; transfers go on. */
    | 'reconnecting'
    /** It could not be entered, or it has ended. */
    | 'closed'
  /**
   * Why it is closed: it could not be entered, or we were put out of it, or another page took our place, or
   * somebody else has its key (`tampered`).
   */
  readonly failure: SignalingError['code'] | 'ejected' | 'displaced' | 'tampered' | undefined
  readonly room: string | undefined
  /** Our own id in it. */
  readonly self: string | undefined
  /** The others, in the order they were met. */
  readonly members: readonly Member<T>[]
  /** Some content is on its way. */
  readonly busy: boolean
  /** Nobody new can enter. */
  readonly locked: boolean
  /** The only member that gets files here, where they are sent to whoever made the room. */
  readonly takes: string | undefined
}

/** Another member's page. */
interface Other {
  readonly peer: Peer
  readonly line: SealedLine
}

/** What there is between us and another member: we offer connections, or wait for theirs, or neither. */
type Tie = 'offers' | 'waits' | 'none'

/** What makes the room of whoever made it different from a guest's. */
export interface RoomRole<T extends Transfer> {
  /** Enters the room; `before` is what entering it gave the last time. */
  enter(signaling: RoomService, before: Joined | undefined): Promise<Joined>
  /** Whether this browser made the room, to send files to everybody who comes. */
  readonly hosts: boolean
  /** The key under which members talk. */
  readonly key: LinkKey
  /** Starts a transfer with the member of this id, or goes on with one. */
  begin(id: string): T
  /** We have left on purpose. */
  left(): void
}

/** Makes the line to the service. */
export type Connect = (listener: SignalingListener) => RoomService

/** Membership of one room. */
export class Room<T extends Transfer> {
  readonly #role: RoomRole<T>
  readonly #signaling: RoomService
  /** Codes that lead here; none is open in a room that another page made. */
  readonly codes: CodeHosting
  /** Devices nearby; we are seen from a room of our own only. */
  readonly nearby: Nearby
  readonly #store: Store<RoomSnapshot<T>>
  #joined: Joined | undefined
  /**
   * Every line there ever was, by both ends and the other's page. They are kept although their members left:
   * a service that says so falsely must not have a line begin anew and old words heard again.
   */
  readonly #lines = new Map<string, SealedLine>()
  /** Who is in the room, transfer or not. */
  readonly #others = new Map<string, Other>()
  #iceServers: readonly IceServer[] = []
  /** Counts entrances, so that one that was overtaken changes nothing. */
  #entrance = 0
  #again: ReturnType<typeof setTimeout> | undefined
  #refreshing: ReturnType<typeof setInterval> | undefined
  #opened = false
  #closed = false

  readonly getSnapshot: () => RoomSnapshot<T>
  readonly subscribe: (listener: () => void) => () => void

  constructor(role: RoomRole<T>, connect: Connect = (listener) => new SignalingClient(listener)) {
    this.#role = role
    this.#store = new Store<RoomSnapshot<T>>({
      phase: 'opening',
      failure: undefined,
      room: undefined,
      self: undefined,
      members: [],
      busy: false,
      locked: false,
      takes: undefined,
    })
    this.getSnapshot = this.#store.getSnapshot
    this.subscribe = this.#store.subscribe
    this.#signaling = connect({
      reconnected: () => void this.#enter(),
      disconnected: () => this.#onDisconnected(),
      peerJoined: (peer) => this.#met(peer),
      peerAway: (id) => this.#member(id)?.away(),
      peerLeft: (id) => this.#left(id),
      roomLocked: (locked) => this.#store.set({ locked }),
      ejected: () => this.#putOut('ejected'),
      displaced: () => this.#putOut('displaced'),
      relay: (from, invitation) => this.#member(from)?.meetAtRelay(invitation),
      signal: (from, event, message) => this.#onSignal(from, event, message),
    })
    this.codes = new CodeHosting(this.#signaling, browserRandom)
    this.nearby = new Nearby(this.#signaling, browserRandom, () => this.getSnapshot().busy)
  }

  /** Reaches the service and enters the room, the first time; the snapshot says how that went. */
  async open(): Promise<void> {
    if (this.#opened) return
    this.#opened = true
    try {
      await this.#signaling.connect()
    } catch (error) {
      this.#refused(error)
      return
    }
    await this.#enter()
  }

  /** Lets nobody new in, or lets them in again. Throws what the service answers: not everybody may. */
  async lock(locked: boolean): Promise<void> {
    await this.#signaling.lock(locked)
    this.#store.set({ locked })
    this.openCode()
  }

  /** Opens a new code, where whoever knows it may come in. */
  openCode(): void {
    const { room, locked } = this.getSnapshot()
    if (room === undefined || !this.#role.hosts) return
    if (locked) this.codes.close()
    else this.codes.open({ room, key: this.#role.key })
  }

  /** Puts a member out. Throws what the service answers: not everybody may. */
  async eject(id: string): Promise<void> {
    await this.#signaling.eject(id).catch((error: unknown) => {
      // Gone by itself: then only its transfer is left to end.
      if (!(error instanceof SignalingError && error.code === 'unknown_peer')) throw error
    })
    this.#others.delete(id)
    this.#member(id)?.close()
    this.#store.set({ members: this.getSnapshot().members.filter((member) => member.id !== id) })
  }

  /** Ends it at once, and for good: somebody has its key who was not meant to. */
  abandon(): void {
    this.#putOut('tampered')
  }

  /** Leaves: ends every transfer and link. */
  close(): void {
    if (this.#closed) return
    this.#hangUp()
    for (const member of this.getSnapshot().members) member.close()
    this.#role.left()
  }

  #hangUp(): void {
    this.#closed = true
    clearTimeout(this.#again)
    clearInterval(this.#refreshing)
    this.#signaling.close()
  }

  #onDisconnected(): void {
    // Whoever comes back enters anew: what was asked over the line that is gone is not answered any more.
    this.#entrance += 1
    clearTimeout(this.#again)
    this.#store.set({ phase: 'reconnecting' })
  }

  async #enter(): Promise<void> {
    this.#entrance += 1
    const entrance = this.#entrance
    try {
      const joined = await this.#role.enter(this.#signaling, this.#joined)
      if (this.#closed || entrance !== this.#entrance) return
      this.#joined = joined
      this.#iceServers = joined.ice_servers
      const { room, self, locked = false, takes } = joined
      this.#store.set({ phase: 'open', room, self: self.id, locked, takes })
      this.openCode()
      clearInterval(this.#refreshing)
      this.#refreshing = setInterval(() => void this.#network(), REFRESH_EVERY_MS)
      if (this.#role.hosts) this.nearby.entered({ room, key: this.#role.key })
      const here = new Set(joined.peers.map((peer) => peer.id))
      for (const id of [...this.#others.keys()]) if (!here.has(id)) this.#left(id)
      for (const peer of joined.peers) this.#met(peer)
    } catch (error) {
      if (entrance === this.#entrance) this.#refused(error)
    }
  }

  /** We are in the room no more, and not because we have done with it. */
  #putOut(failure: 'ejected' | 'displaced' | 'tampered'): void {
    if (this.#closed) return
    this.#hangUp()
    const { members } = this.getSnapshot()
    for (const member of members) member.close()
    // What has arrived can still be saved; the rest is of no more use.
    const arrived = members.filter(({ transfer }) => transfer.state.stage === 'verified')
    this.#store.set({ phase: 'closed', failure, members: arrived, busy: false })
    // Another page that took our place goes on with what this browser remembers.
    if (failure !== 'displaced') this.#role.left()
  }

  #refused(error: unknown): void {
    if (this.#closed) return
    const failure = error instanceof SignalingError ? error.code : 'unreachable'
    if (this.#joined && (failure === 'unreachable' || failure === 'rate_limited')) {
      // We were in, and the room is most likely still there.
      this.#store.set({ phase: 'reconnecting' })
      clearTimeout(this.#again)
      this.#again = setTimeout(() => void this.#enter(), ENTER_AGAIN_MS)
      return
    }
    // A transfer that runs needs no room: the page stays as it is until that has ended.
    if (!this.getSnapshot().busy) this.#signaling.close()
    this.#store.set({ phase: 'closed', failure })
  }

  #met(peer: Peer): void {
    const before = this.#others.get(peer.id)?.line
    const line = this.#line(peer)
    if (!line) return
    this.#others.set(peer.id, { peer, line })
    const fresh = line !== before
    const member = this.#member(peer.id)
    if (member && !member.transfer.state.ended) {
      if (peer.away) member.away()
      else member.back(fresh)
    } else if (this.#tie(peer.id) === 'offers' && (!member || fresh)) {
      this.#add(peer)
    }
  }

  /** Guests where one member takes files are nothing to each other: none may pose as the one who takes. */
  #tie(id: string): Tie {
    const { takes } = this.getSnapshot()
    if (this.#role.hosts) return 'offers'
    if (takes === undefined) return 'waits'
    return takes === id ? 'offers' : 'none'
  }

  /** The line to a page; undefined for one that nothing can be sealed for. */
  #line(peer: Peer): SealedLine | undefined {
    const { room, self } = this.getSnapshot()
    // One that shows our own nonce is nobody but ourselves, played back.
    if (peer.nonce === undefined || peer.nonce === PAGE_NONCE) return undefined
    if (room === undefined || self === undefined) return undefined
    const name = [self, peer.id, peer.nonce].join(' ')
    const pair = {
      key: this.#role.key,
      room,
      self: { id: self, nonce: PAGE_NONCE },
      other: { id: peer.id, nonce: peer.nonce },
    }
    const line = this.#lines.get(name) ?? new SealedLine(pair, this.#signaling)
    this.#lines.set(name, line)
    return line
  }

  #left(id: string): void {
    this.#others.delete(id)
    this.#member(id)?.left()
  }

  #onSignal(from: string, event: PeerSignal['event'], message: unknown): void {
    const other = this.#others.get(from)
    if (!other) return
    try {
      const signal = other.line.hear(event, message)
      if (signal.network) this.#member(from)?.networks.hear(signal.network)
      else this.#memberFor(other, event)?.receive(signal)
    } catch (error) {
      // Who says what nobody here can have said is shown, and gets no further.
      this.#memberFor(other, event)?.transfer.fail(asTransferError(error))
    }
  }

  /** Who is to hear an event; a receiver meets its sender by the first offer. */
  #memberFor({ peer }: Other, event: PeerSignal['event']): Member<T> | undefined {
    const member = this.#member(peer.id)
    if (member && !member.transfer.state.ended) return member
    return this.#tie(peer.id) === 'waits' && event === 'offer' ? this.#add(peer) : undefined
  }

  /** A new member, in place of what there was of that id. */
  #add(peer: Peer): Member<T> {
    const member = new Member<T>(peer, {
      iceServers: () => this.#iceServers,
      connects: this.#tie(peer.id) === 'offers',
      transfer: this.#role.begin(peer.id),
      pair: () => this.#others.get(peer.id)?.line.pair,
      send: async (signal) => this.#others.get(peer.id)?.line.say(signal),
      openRelay: () => this.#signaling.openRelay(peer.id),
      network: () => this.#network(),
      report: (report) => this.#signaling.report(peer.id, report),
    })
    this.#member(peer.id)?.close()
    const others = this.getSnapshot().members.filter((other) => other.id !== peer.id)
    const forgotten = others.length < MAX_REMEMBERED ? -1 : others.findIndex(hasEnded)
    const kept = others.filter((_, at) => at !== forgotten)
    this.#store.set({ members: [...kept, member] })
    member.transfer.state.subscribe(() => this.#noteBusy())
    return member
  }

  /** Where a doctor asks: what the service says now, or else what it said when we entered. */
  async #network(): Promise<Network> {
    const known = { iceServers: this.#iceServers, stunProbes: [], relayAddress: RELAY_URL }
    // Where the line is down an answer would be waited for in vain.
    if (this.getSnapshot().phase !== 'open') return { ...known, service: false }
    try {
      const { ice_servers, stun_probes = [] } = await this.#signaling.iceServers()
      this.#iceServers = ice_servers
      return { ...known, service: true, iceServers: ice_servers, stunProbes: stun_probes }
    } catch {
      return { ...known, service: false }
    }
  }

  #noteBusy(): void {
    const { members, busy: before } = this.getSnapshot()
    const busy = members.some((member) => member.busy)
    if (busy !== before) this.#store.set({ busy })
  }

  #member(id: string): Member<T> | undefined {
    return this.getSnapshot().members.find((member) => member.id === id)
  }
}

function hasEnded(member: Member): boolean {
  return member.transfer.state.ended
}
