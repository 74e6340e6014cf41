/**
 * One more WebRTC connection between two that are connected already, for content only: over a long or lossy line
 * several carry more than one, because each keeps its own window and its own losses. Made by `PeerLink`, kept by
 * `Lanes`.
 */
import { type Lane, type LaneOptions } from './channel'
import { Connection, type ConnectionOptions } from './connection'
import { DATA_CHANNEL } from './protocol'
import { type ConnectionSignal } from './signaling-messages'

/** A connection with one channel. */
export class DirectLane implements Lane {
  readonly channel: RTCDataChannel
  readonly #connection: Connection

  constructor(options: LaneOptions & Pick<ConnectionOptions, 'iceServers'>) {
    this.#connection = new Connection(options)
    this.channel = this.#connection.channel('data', DATA_CHANNEL)
    this.channel.addEventListener('open', () => options.opened())
    this.#connection.start()
  }

  maxMessageBytes(): number {
    return this.#connection.maxMessageBytes()
  }

  /** Takes a signal from the peer. */
  receive(signal: ConnectionSignal): void {
    this.#connection.receive(signal)
  }

  close(): void {
    this.#connection.close()
  }
}
