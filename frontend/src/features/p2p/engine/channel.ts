/** What the engine needs of a data channel; an `RTCDataChannel` has it. */

/** One direction-less message channel, ordered and reliable. */
export type Channel = Pick<
  RTCDataChannel,
  | 'readyState'
  | 'bufferedAmount'
  | 'bufferedAmountLowThreshold'
  | 'send'
  | 'addEventListener'
  | 'removeEventListener'
>

/** The two channels of a connection between a sender and a receiver. */
export interface Channels {
  readonly control: Channel
  readonly data: Channel
  /** Most bytes of a message that the other side takes (RFC 8841); known once the channels are open. */
  maxMessageBytes(): number
}
