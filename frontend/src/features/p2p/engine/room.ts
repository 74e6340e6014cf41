/**
 * A room: the line to the signaling service, and a transfer with every other member. `SendingRoom` and
 * `ReceivingRoom` say what is transferred and who connects to whom.
 */
import { type Channels } from './channel'
import { TransferError } from './failure'
import { Member, type Transfer } from './member'
import { SignalingClient, SignalingError } from './signaling-client'
import { type IceServer, type Joined, type PeerSignal } from './signaling-messages'
import { Store } from './store'

/** Members that are remembered; of more, the oldest whose transfer has ended is forgotten. */
const MAX_REMEMBERED = 64

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
  /** Why it is closed. */
  readonly failure: SignalingError['code'] | undefined
  readonly room: string | undefined
  /** Our own id in it. */
  readonly self: string | undefined
  /** The others, in the order they were met. */
  readonly members: readonly Member<T>[]
  /** Some content is on its way. */
  readonly busy: boolean
}

/** What makes a sender's room different from a receiver's. */
export interface RoomRole<T extends Transfer> {
  /** Enters the room; `before` is the room's id if we were in it. */
  enter(signaling: SignalingClient, before: string | undefined): Promise<Joined>
  /** Whether this side offers connections to the others, or waits for theirs. */
  readonly connects: boolean
  /** Starts a transfer with a member. */
  begin(channels: Channels): T
}

/** Membership of one room. */
export class Room<T extends Transfer> {
  readonly #role: RoomRole<T>
  readonly #signaling: SignalingClient
  readonly #store: Store<RoomSnapshot<T>>
  #iceServers: readonly IceServer[] = []
  #opened = false
  #closed = false

  readonly getSnapshot: () => RoomSnapshot<T>
  readonly subscribe: (listener: () => void) => () => void

  constructor(role: RoomRole<T>) {
    this.#role = role
    this.#store = new Store<RoomSnapshot<T>>({
      phase: 'opening',
      failure: undefined,
      room: undefined,
      self: undefined,
      members: [],
      busy: false,
    })
    this.getSnapshot = this.#store.getSnapshot
    this.subscribe = this.#store.subscribe
    this.#signaling = new SignalingClient({
      reconnected: () => void this.#enter(),
      disconnected: () => this.#store.set({ phase: 'reconnecting' }),
      peerJoined: (id) => this.#met(id),
      peerLeft: (id) => this.#member(id)?.left(),
      signal: (from, signal) => this.#onSignal(from, signal),
      malformed: (from) =>
        this.#member(from)?.transfer.fail(new TransferError('malformed', 'a signal')),
    })
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

  /** Leaves: ends every transfer and link. */
  close(): void {
    this.#closed = true
    this.#signaling.close()
    for (const member of this.getSnapshot().members) member.close()
  }

  async #enter(): Promise<void> {
    try {
      const joined = await this.#role.enter(this.#signaling, this.getSnapshot().room)
      if (this.#closed) return
      this.#iceServers = joined.ice_servers
      this.#store.set({ phase: 'open', room: joined.room, self: joined.self.id })
      for (const peer of joined.peers) this.#met(peer.id)
    } catch (error) {
      this.#refused(error)
    }
  }

  #refused(error: unknown): void {
    if (this.#closed) return
    const failure = error instanceof SignalingError ? error.code : 'unreachable'
    // A transfer that runs needs no room: the page stays as it is until that has ended.
    if (!this.getSnapshot().busy) this.#signaling.close()
    this.#store.set({ phase: 'closed', failure })
  }

  #met(id: string): void {
    if (!this.#role.connects || this.#member(id)?.busy) return
    void this.#add(id).offer()
  }

  #onSignal(from: string, signal: PeerSignal): void {
    const member = this.#member(from)
    const current = member && !member.transfer.state.ended
    if (this.#role.connects) {
      if (current) member.receive(signal)
    } else if (signal.event === 'offer' && !member?.busy) {
      // The first offer, or a new one after the sender lost sight of us.
      this.#add(from).receive(signal)
    } else if (current) {
      member.receive(signal)
    }
  }

  /** A new member, in place of what there was of that id. */
  #add(id: string): Member<T> {
    const member = new Member<T>(id, {
      iceServers: this.#iceServers,
      send: (signal) => this.#signaling.signal(id, signal),
      begin: (channels) => this.#role.begin(channels),
    })
    this.#member(id)?.close()
    const others = this.getSnapshot().members.filter((other) => other.id !== id)
    const forgotten = others.length < MAX_REMEMBERED ? -1 : others.findIndex(hasEnded)
    const kept = others.filter((_, at) => at !== forgotten)
    this.#store.set({ members: [...kept, member] })
    member.transfer.state.subscribe(() => this.#noteBusy())
    return member
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
