/** Puts blocks on one data channel as frames, no faster than it drains. Used by `SendingConversation`. */
import { type Channel } from './channel'
import { type OutgoingBlock } from './file-source'
import { encodeFrame, FRAME_CHUNK, FRAME_SEAL } from './frames'
import { Gate } from './gate'
import { BLOCK_BYTES, DIGEST_BYTES, FRAME_HEADER_BYTES, MAX_FRAME_BYTES } from './protocol'

/**
 * How much is kept queued in the browser, in seconds of what the channel carries: less, and the line runs dry
 * before we are awake; more, and it waits behind a slow connection while a faster one has nothing to send.
 */
const QUEUED_SECONDS = 0.3
/** Bytes queued at least and at most, whatever the channel carries. */
const LEAST_QUEUED_BYTES = 256 * 1024
const MOST_QUEUED_BYTES = 8 * 1024 * 1024
/** How often what the channel carries is looked at, in milliseconds. */
const LOOK_EVERY_MS = 250

/** Writes chunks and seals to one data channel. */
export class LaneWriter {
  readonly #channel: Channel
  readonly #signal: AbortSignal
  readonly #clock: { now(): number }
  readonly #drained = new Gate()
  /** One frame's memory, used again and again: `send` has copied it when it returns. */
  readonly #frame: Uint8Array<ArrayBuffer>
  readonly #pieceBytes: number
  #mostQueued = LEAST_QUEUED_BYTES
  /** Bytes given to the channel, and how many had left it when we looked last, and when. */
  #given = 0
  #left = 0
  #looked: number

  /**
   * The channel must be open, and takes messages of up to `maxMessageBytes`. When `signal` aborts, a waiting
   * `write` throws its reason. The clock tells milliseconds.
   */
  constructor(
    channel: Channel,
    maxMessageBytes: number,
    signal: AbortSignal,
    clock: { now(): number } = performance,
  ) {
    this.#channel = channel
    this.#signal = signal
    this.#clock = clock
    this.#looked = clock.now()
    const room = Math.min(maxMessageBytes, MAX_FRAME_BYTES) - FRAME_HEADER_BYTES - DIGEST_BYTES
    // Pieces of equal length: a block in two frames of 128 KiB, not one of nearly 256 and a crumb.
    this.#pieceBytes = Math.ceil(BLOCK_BYTES / Math.ceil(BLOCK_BYTES / room))
    this.#frame = new Uint8Array(FRAME_HEADER_BYTES + DIGEST_BYTES + this.#pieceBytes)
    channel.bufferedAmountLowThreshold = this.#mostQueued / 2
    channel.addEventListener('bufferedamountlow', () => this.#drained.open(), { signal })
    signal.addEventListener('abort', () => this.#drained.open())
  }

  /** Resolves when there is room for more in the channel's queue. */
  async room(): Promise<void> {
    this.#look()
    while (this.#channel.bufferedAmount >= this.#mostQueued) {
      await this.#drained.wait()
      this.#signal.throwIfAborted()
      this.#look()
    }
    this.#signal.throwIfAborted()
  }

  /** Sends a block: its pieces, the last under its seal. */
  async write({ file, block, bytes, digest }: OutgoingBlock): Promise<void> {
    for (let offset = 0; offset < bytes.length; offset += this.#pieceBytes) {
      await this.room()
      const piece = bytes.subarray(offset, offset + this.#pieceBytes)
      const last = offset + piece.length === bytes.length
      const header = { kind: last ? FRAME_SEAL : FRAME_CHUNK, file, block, offset } as const
      const frame = encodeFrame(header, last ? [digest, piece] : [piece], this.#frame)
      this.#channel.send(frame)
      this.#given += frame.length
    }
  }

  /** Fits the queue to what the channel has carried since we looked last. */
  #look(): void {
    const now = this.#clock.now()
    const seconds = (now - this.#looked) / 1000
    if (seconds * 1000 < LOOK_EVERY_MS) return
    const left = this.#given - this.#channel.bufferedAmount
    const worth = ((left - this.#left) / seconds) * QUEUED_SECONDS
    this.#mostQueued = Math.min(Math.max(worth, LEAST_QUEUED_BYTES), MOST_QUEUED_BYTES)
    this.#channel.bufferedAmountLowThreshold = this.#mostQueued / 2
    this.#left = left
    this.#looked = now
  }
}
