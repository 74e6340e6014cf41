/**
 * The further connections between two peers, made and numbered by whoever sends; their descriptions and
 * candidates travel on the control channel of the first. Used by both conversations.
 */
import { type Channel, type Channels, type Lane } from './channel'
import { TransferError } from './failure'
import { MAX_LANES } from './protocol'
import { type ConnectionSignal } from './signaling-messages'

interface LanesOptions {
  /** The first connection. */
  readonly channels: Channels
  /** Whether this side makes lanes, or waits for the other's. */
  readonly offers: boolean
  /** Sends a signal about a lane. */
  say(lane: number, signal: ConnectionSignal): void
  /** A lane can be used. */
  opened(channel: Channel, maxMessageBytes: number): void
  /** A lane that was in use is gone, and what was under way on it. */
  lost(): void
}

/** The lanes of one conversation. */
export class Lanes {
  readonly #options: LanesOptions
  /** By number, from 1: the first connection is no lane. */
  readonly #lanes = new Map<number, Lane>()
  #closed = false

  constructor(options: LanesOptions) {
    this.#options = options
  }

  /** How many connections there are or will be, the first included. */
  get connections(): number {
    return this.#lanes.size + 1
  }

  /** Makes as many more as it takes for `connections` in all. */
  grow(connections: number): void {
    const wanted = Math.min(connections, MAX_LANES + 1)
    while (!this.#closed && this.connections < wanted && this.#make(this.connections));
  }

  /** Takes what the other side says about a lane. Throws `malformed`. */
  receive(number: number, signal: ConnectionSignal): void {
    if (this.#closed) return
    if (!this.#lanes.has(number) && !this.#options.offers && signal.event === 'offer') {
      this.#make(number)
    }
    const lane = this.#lanes.get(number)
    // A candidate may come late, for a lane that is gone.
    if (lane) lane.receive(signal)
    else if (signal.event !== 'ice-candidate') throw new TransferError('malformed', 'no such lane')
  }

  /** Makes no more, and does not mind if one goes. */
  close(): void {
    this.#closed = true
  }

  /** False where there can be none. */
  #make(number: number): boolean {
    let opened = false
    const lane = this.#options.channels.makeLane?.({
      offers: this.#options.offers,
      send: (signal) => this.#options.say(number, signal),
      opened: () => {
        opened = true
        if (lane) this.#options.opened(lane.channel, lane.maxMessageBytes())
      },
      lost: () => {
        // One that never came does no harm; one that carried blocks took them along.
        if (opened && !this.#closed) this.#options.lost()
      },
    })
    if (!lane) return false
    this.#lanes.set(number, lane)
    return true
  }
}
