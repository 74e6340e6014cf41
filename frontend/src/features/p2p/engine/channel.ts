/** What the engine needs of a data channel; an `RTCDataChannel` has it. */

import { type Line } from './connection'
import { type ConnectionSignal } from './signaling-messages'

/** One direction-less message channel, ordered and reliable. */
export type Channel = Pick<
  RTCDataChannel,
  | 'readyState'
  | 'bufferedAmount'
  | 'bufferedAmountLowThreshold'
  | 'send'
  | 'close'
  | 'addEventListener'
  | 'removeEventListener'
>

/**
 * A further connection between two that are connected already, for content only. It closes with the first: sooner,
 * and the other side could take that for a line that broke before it has heard why we stopped.
 */
export interface Lane {
  readonly channel: Channel
  maxMessageBytes(): number
  /** Takes a signal from the peer. */
  receive(signal: ConnectionSignal): void
}

/** What a lane needs of whoever has it made. */
export interface LaneOptions {
  /** Whether this side offers. */
  readonly offers: boolean
  /** Sends a signal to the peer. */
  send(signal: ConnectionSignal): void
  /** The channel is open. */
  opened(): void
  /** It could not be made, or is gone; called once at most, and not after the first connection was closed. */
  lost(): void
}

/** The two channels of a connection between a sender and a receiver. */
export interface Channels {
  readonly control: Channel
  readonly data: Channel
  /** Most bytes of a message that the other side takes (RFC 8841); known once the channels are open. */
  maxMessageBytes(): number
  /** Makes another connection between the two, for content only; absent where one would bring nothing. */
  makeLane?(options: LaneOptions): Lane
  /** What is known of the line; absent where nothing can be. */
  line?(): Promise<Line | undefined>
  /** Gives the connection up as broken, so that another takes its place. */
  giveUp(): void
}
