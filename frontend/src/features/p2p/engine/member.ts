/** Another member of the room: the link to it and the transfer over that link. Used by `Room`. */
import { type Channels } from './channel'
import { TransferError } from './failure'
import { type Path, PeerLink } from './peer-link'
import { type IceServer, type PeerSignal } from './signaling-messages'
import { Store } from './store'
import { type TransferState } from './transfer-state'

/** What `FileSender` and `FileReceiver` have in common. */
export interface Transfer {
  readonly state: TransferState
  cancel(): void
  fail(error: TransferError): void
}

/**
 * How long a transfer may stand still after its peer left the room before we believe that it is gone, in
 * milliseconds. One that lost only its line to the signaling service goes on sending.
 */
const STANDSTILL_MS = 4000

interface MemberOptions<T> {
  readonly iceServers: readonly IceServer[]
  /** Sends a signal to this member. */
  send(signal: PeerSignal): Promise<void>
  /** Starts a transfer over the link's channels. */
  begin(channels: Channels): T
}

/** A member of the room. */
export class Member<T extends Transfer = Transfer> {
  readonly id: string
  readonly transfer: T
  /** How the connection runs. */
  readonly path = new Store<{ readonly kind: Path | undefined }>({ kind: undefined })
  readonly #link: PeerLink

  constructor(id: string, options: MemberOptions<T>) {
    this.id = id
    this.#link = new PeerLink({
      iceServers: options.iceServers,
      send: (signal) => {
        options.send(signal).catch(() => this.#unsent(signal))
      },
      opened: () => void this.#findPath(),
      lost: (error) => this.transfer.fail(error),
    })
    this.transfer = options.begin(this.#link)
    this.transfer.state.subscribe(() => {
      if (this.transfer.state.ended) this.#link.closeGently()
    })
  }

  /** Content is on its way, or about to be: this transfer must not be replaced by another. */
  get busy(): boolean {
    return ['moving', 'checking'].includes(this.transfer.state.stage)
  }

  /** Offers the connection. */
  async offer(): Promise<void> {
    await this.#link.offer()
  }

  /** Takes a signal from this member. */
  receive(signal: PeerSignal): void {
    this.#link.receive(signal)
  }

  /** The service says that this member is no longer in the room. */
  left(): void {
    if (this.busy) this.#watch(this.transfer.state.getSnapshot().written)
    else this.transfer.fail(new TransferError('left', 'the other side left the room'))
  }

  /** Ends link and transfer, for we are leaving. */
  close(): void {
    this.transfer.fail(new TransferError('left', 'this side left the room'))
    this.#link.close()
  }

  #watch(before: number): void {
    setTimeout(() => {
      if (!this.busy) return
      const { written } = this.transfer.state.getSnapshot()
      if (written > before) this.#watch(written)
      else this.transfer.fail(new TransferError('left', 'the other side left the room'))
    }, STANDSTILL_MS)
  }

  async #findPath(): Promise<void> {
    this.path.set({ kind: await this.#link.path() })
  }

  #unsent(signal: PeerSignal): void {
    // A lost candidate is one way fewer; without a description there is no way at all.
    if (signal.event === 'ice-candidate') return
    this.transfer.fail(new TransferError('connection', `${signal.event} could not be sent`))
  }
}
