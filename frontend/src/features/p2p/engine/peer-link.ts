/**
 * The WebRTC connection to one peer that carries the control channel, and a first one for content. Used by
 * `Ladder`, which passes the signals of this class to the peer and the peer's to this class, and makes another
 * link when this one is lost.
 */
import { type Channels, type Lane, type LaneOptions } from './channel'
import { Connection, type ConnectionOptions, type Line } from './connection'
import { type Attempt } from './doctor-attempt'
import { DirectLane } from './lane'
import { CONTROL_CHANNEL, DATA_CHANNEL } from './protocol'
import { type PeerSignal } from './signaling-messages'

interface LinkOptions extends Omit<ConnectionOptions, 'send'> {
  /** Tells this link's signals from those of the links before it; its offerer makes it up. */
  readonly id: string
  /** Sends a signal to the peer. */
  send(signal: PeerSignal): void
  /** The channels are open. */
  opened(): void
}

/** A connection to a peer. */
export class PeerLink implements Channels {
  readonly id: string
  readonly control: RTCDataChannel
  readonly data: RTCDataChannel
  readonly #connection: Connection
  readonly #options: LinkOptions
  readonly #lanes: DirectLane[] = []
  /** What came before both channels were open here, and anybody listened. */
  readonly #early: unknown[] = []

  constructor(options: LinkOptions) {
    this.id = options.id
    this.#options = options
    this.#connection = new Connection({
      ...options,
      send: (signal) => options.send({ ...signal, link: options.id }),
      lost: (why) => {
        this.#closeLanes()
        options.lost(why)
      },
    })
    this.control = this.#connection.channel('control', CONTROL_CHANNEL)
    this.data = this.#connection.channel('data', DATA_CHANNEL)
    this.control.addEventListener('message', this.#hold)
    for (const channel of [this.control, this.data]) {
      channel.addEventListener('open', () => this.#opened())
    }
    this.#connection.start()
  }

  maxMessageBytes(): number {
    return this.#connection.maxMessageBytes()
  }

  makeLane(options: LaneOptions): Lane {
    const lane = new DirectLane({ ...options, iceServers: this.#options.iceServers })
    this.#lanes.push(lane)
    return lane
  }

  line(): Promise<Line | undefined> {
    return this.#connection.line()
  }

  /** What has been tried to connect the two. */
  attempt(): Promise<Attempt> {
    return this.#connection.attempt()
  }

  /** Takes a signal from the peer. */
  receive(signal: PeerSignal): void {
    this.#connection.receive(signal)
  }

  giveUp(): void {
    this.#connection.giveUp()
  }

  /** Closes at once. */
  close(): void {
    this.#closeLanes()
    this.#connection.close()
  }

  /** Closes once the other side has, so that it hears what was said last; or soon, if it does not. */
  closeGently(): void {
    this.#connection.closeAfter(this.control, () => this.#closeLanes())
  }

  #closeLanes(): void {
    for (const lane of this.#lanes) lane.close()
  }

  #opened(): void {
    if (this.control.readyState !== 'open' || this.data.readyState !== 'open') return
    this.#options.opened()
    this.control.removeEventListener('message', this.#hold)
    for (const data of this.#early.splice(0)) {
      this.control.dispatchEvent(new MessageEvent('message', { data }))
    }
  }

  readonly #hold = ({ data }: MessageEvent<unknown>): void => {
    this.#early.push(data)
  }
}
