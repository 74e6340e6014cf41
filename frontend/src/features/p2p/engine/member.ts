/**
 * Another member of the room: the transfer with it, and whatever connection carries that at the moment. A
 * connection that is lost is made again for as long as the transfer is worth it. Used by `Room`.
 */
import { type Channels } from './channel'
import { TransferError } from './failure'
import { Ladder, type LadderOptions } from './ladder'
import { type Path } from './connection'
import { type Attempt } from './doctor-attempt'
import { NetworkExchange } from './doctor-exchange'
import { type Network } from './doctor-self-test'
import { type RelayInvitation } from './relay-link'
import { type Peer, type PeerSignal } from './signaling-messages'
import { Store } from './store'
import { reportOf, type TransferReport } from './transfer-report'
import { type TransferState } from './transfer-state'

/** What `FileSender` and `FileReceiver` have in common. */
export interface Transfer {
  readonly state: TransferState
  connect(channels: Channels): void
  interrupt(): void
  pause(paused: boolean): void
  cancel(): void
  fail(error: TransferError): void
}

/** How long to wait before a lost connection is made again, first and at most, in milliseconds. */
const RECONNECT_FIRST_MS = 500
const RECONNECT_MOST_MS = 8000
/**
 * How long we go on trying to reach a member that we never reached, or that is about to take files, in
 * milliseconds.
 */
const PATIENCE_MS = 40_000
/** How long for one that has accepted, so that a closed laptop may be opened again, in milliseconds. */
const LONG_PATIENCE_MS = 30 * 60_000

/** How long nothing may move over the link to a member that is away, in milliseconds. */
const STANDSTILL_MS = 3000

/** How long it is waited for the path that content took before it is left out of a report, in milliseconds. */
const PATH_PATIENCE_MS = 2000

/** In place of a link's name, in a signal that is about none. */
const NO_LINK = '-'

interface MemberOptions<T> extends Omit<LadderOptions, 'connected' | 'runs' | 'lost' | 'tampered'> {
  readonly transfer: T
  /** Where to ask about this page's network. */
  network(): Promise<Network>
  /** Tells the service how the transfer ended. */
  report(report: TransferReport): Promise<void>
}

/** How a member is reached. */
export interface Reach {
  /** Undefined while there is no connection. */
  readonly path: Path | undefined
  /** Its line to the signaling service is gone; it may come back. */
  readonly away: boolean
  /** The service says that it has left for good. */
  readonly gone: boolean
}

/** A member of the room. */
export class Member<T extends Transfer = Transfer> {
  readonly id: string
  /** What its page drew at random when we met it. */
  readonly nonce: string | undefined
  readonly transfer: T
  readonly reach: Store<Reach>
  /** What the two tell each other of their networks. */
  readonly networks: NetworkExchange
  /** Where to ask about this page's network. */
  readonly network: () => Promise<Network>
  readonly #connects: boolean
  readonly #tell: MemberOptions<T>['report']
  readonly #ladder: Ladder
  #again: ReturnType<typeof setTimeout> | undefined
  #standstill: ReturnType<typeof setTimeout> | undefined
  #attempts = 0
  #reported = false
  #reporting: ReturnType<typeof setTimeout> | undefined
  /** There has been a connection since it was sought last. */
  #found = false
  /** When the connection was lost, or first sought, in milliseconds of `performance.now`. */
  #since = performance.now()

  constructor({ id, nonce, away = false }: Peer, { transfer, ...options }: MemberOptions<T>) {
    this.id = id
    this.nonce = nonce
    this.transfer = transfer
    this.#connects = options.connects
    this.#tell = (report) => options.report(report)
    this.reach = new Store<Reach>({ path: undefined, away, gone: false })
    this.network = () => options.network()
    this.networks = new NetworkExchange({
      network: this.network,
      say: (network) =>
        options.send({ event: 'ice-candidate', link: NO_LINK, candidates: [], network }),
    })
    this.#ladder = new Ladder({
      ...options,
      connected: (channels) => this.#connected(channels),
      runs: (path) => this.#runs(path),
      lost: (closed) => this.#lost(closed),
      tampered: (error) => transfer.fail(error),
    })
    transfer.state.subscribe(() => {
      if (!transfer.state.ended) return
      clearTimeout(this.#again)
      this.#ladder.closeGently()
      this.#reportSoon()
    })
    if (this.#connects && !away) this.#ladder.climb()
  }

  /** Content is on its way, or about to be. */
  get busy(): boolean {
    return ['moving', 'checking'].includes(this.transfer.state.stage)
  }

  /** What ICE tries between the two, or tried last; undefined before anything was. */
  attempt(): Promise<Attempt | undefined> {
    return this.#ladder.attempt()
  }

  /** Takes a signal from this member. */
  receive(signal: PeerSignal): void {
    if (!this.transfer.state.ended) this.#ladder.receive(signal)
  }

  /** This member has asked for a relay between the two of us. */
  meetAtRelay(invitation: RelayInvitation): void {
    if (!this.transfer.state.ended && !this.#connects) this.#ladder.meetAtRelay(invitation)
  }

  /** The member is in the room again: a page that was loaded anew (`fresh`) knows nothing of our link. */
  back(fresh: boolean): void {
    this.reach.set({ away: false, gone: false })
    if (this.transfer.state.ended || (this.#ladder.connected && !fresh)) return
    this.#attempts = 0
    this.#since = performance.now()
    if (fresh) this.#drop()
    clearTimeout(this.#again)
    if (this.#connects) this.#ladder.climb()
    else this.#wait()
  }

  /** The member lost its line to the signaling service; a connection that stands goes on. */
  away(): void {
    this.reach.set({ away: true })
    if (this.#ladder.connected) this.#watch(this.transfer.state.getSnapshot().written)
    else this.#lost(false)
  }

  /** The member is gone for good. */
  left(): void {
    this.reach.set({ gone: true })
    // Its line to the service may be all that is lost.
    if (this.busy && this.#ladder.connected) return
    this.transfer.fail(new TransferError('left', 'the other side left the room'))
  }

  /** Ends link and transfer, for we are leaving. */
  close(): void {
    this.transfer.fail(new TransferError('left', 'this side left the room'))
    clearTimeout(this.#again)
    clearTimeout(this.#standstill)
    this.#ladder.drop()
  }

  #runs(path: Path): void {
    this.reach.set({ path })
    this.transfer.state.tally.runs(path)
    if (this.#reporting !== undefined) this.#report()
  }

  /** Tells the service of a transfer that has ended, as soon as it is known which path everything took. */
  #reportSoon(): void {
    if (this.#reporting !== undefined || this.#reported) return
    if (this.transfer.state.tally.settled) this.#report()
    else this.#reporting = setTimeout(() => this.#report(), PATH_PATIENCE_MS)
  }

  #report(): void {
    clearTimeout(this.#reporting)
    if (this.#reported) return
    this.#reported = true
    const report = reportOf(this.transfer.state)
    // Not heard, it is not counted: that is no affair of the transfer's.
    if (report) this.#tell(report).catch(() => undefined)
  }

  /** Gives the link up when nothing moves: its page is gone, which ICE takes long to find out. */
  #watch(before: number): void {
    clearTimeout(this.#standstill)
    this.#standstill = setTimeout(() => {
      const { written, paused } = this.transfer.state.getSnapshot()
      if (!this.#ladder.connected || !this.reach.getSnapshot().away) return
      if (written > before || paused.here || paused.there) this.#watch(written)
      else this.#lost(false)
    }, STANDSTILL_MS)
  }

  #connected(channels: Channels): void {
    clearTimeout(this.#again)
    this.#attempts = 0
    this.#found = true
    this.transfer.state.tally.connected()
    this.transfer.connect(channels)
  }

  /** Forgets the connection, which is gone or no longer of use. */
  #drop(): void {
    if (this.#found) this.#since = performance.now()
    this.#found = false
    this.#ladder.drop()
    this.reach.set({ path: undefined })
    this.transfer.interrupt()
  }

  #lost(closed: boolean): void {
    if (this.transfer.state.ended) return
    this.#drop()
    const { accepted } = this.transfer.state.getSnapshot()
    // Closed in order, with nothing begun: the other side has no more interest.
    if (this.reach.getSnapshot().gone || (closed && !accepted)) {
      this.transfer.fail(new TransferError('left', 'the other side closed'))
      return
    }
    this.#wait()
  }

  /** Tries again after a while, for as long as that is worth it. */
  #wait(): void {
    const { accepted } = this.transfer.state.getSnapshot()
    const waited = performance.now() - this.#since
    if (waited > (accepted ? LONG_PATIENCE_MS : PATIENCE_MS)) {
      this.transfer.fail(new TransferError('connection', 'no connection could be made'))
      return
    }
    const wait = Math.min(RECONNECT_FIRST_MS * 2 ** this.#attempts, RECONNECT_MOST_MS)
    this.#attempts += 1
    clearTimeout(this.#again)
    this.#again = setTimeout(() => this.#retry(), wait)
  }

  #retry(): void {
    // Whoever waits for offers only watches the clock, and breaks nothing off that is being made; and while the
    // member is away nobody would answer.
    if (this.#connects && !this.reach.getSnapshot().away) this.#ladder.climb()
    else this.#wait()
  }
}
