/**
 * Puts blocks on one data channel as frames, no faster than it drains, and over a long line no faster than its pace.
 * Used by `SendingConversation`.
 */
import { type Channel } from './channel'
import { type OutgoingBlock } from './file-source'
import { encodeFrame, FRAME_CHUNK, FRAME_SEAL } from './frames'
import { Gate } from './gate'
import { metronome } from './metronome'
import { Pace } from './pace'
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
/** Most bytes of a frame over a long line: what may be handed over at once. */
const PACED_FRAME_BYTES = 16 * 1024
const PACED_PIECE_BYTES = pieceBytes(PACED_FRAME_BYTES)

/** Writes chunks and seals to one data channel. */
export class LaneWriter {
  readonly #channel: Channel
  readonly #signal: AbortSignal
  readonly #clock: { now(): number }
  readonly #drained = new Gate()
  /** One frame's memory, used again and again: `send` has copied it when it returns. */
  readonly #frame: Uint8Array<ArrayBuffer>
  /** Content bytes of a frame. */
  readonly #pieceBytes: number
  #pace: Pace | undefined
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
    this.#pieceBytes = pieceBytes(Math.min(maxMessageBytes, MAX_FRAME_BYTES))
    this.#frame = new Uint8Array(FRAME_HEADER_BYTES + DIGEST_BYTES + this.#pieceBytes)
    channel.bufferedAmountLowThreshold = this.#mostQueued / 2
    channel.addEventListener('bufferedamountlow', () => this.#drained.open(), { signal })
    signal.addEventListener('abort', () => this.#drained.open())
  }

  /** Spreads what is sent over round trips of so many milliseconds; undefined on a short line, where that only costs. */
  spread(roundTripMs: number | undefined): void {
    if (roundTripMs === undefined) this.#pace = undefined
    else if (this.#pace) this.#pace.roundTripMs = roundTripMs
    else this.#pace = new Pace(roundTripMs, this.#clock.now())
    this.#drained.open()
  }

  /** Resolves when there is room for more in the channel's queue. */
  async room(): Promise<void> {
    while (!this.#hasRoom()) {
      await (this.#pace ? metronome().next() : this.#drained.wait())
      this.#signal.throwIfAborted()
    }
    this.#signal.throwIfAborted()
  }

  /** Sends a block: its pieces, the last under its seal. */
  async write({ file, block, bytes, digest }: OutgoingBlock): Promise<void> {
    const most = this.#pace ? Math.min(PACED_PIECE_BYTES, this.#pieceBytes) : this.#pieceBytes
    for (let offset = 0; offset < bytes.length; offset += most) {
      await this.room()
      const piece = bytes.subarray(offset, offset + most)
      const last = offset + piece.length === bytes.length
      const header = { kind: last ? FRAME_SEAL : FRAME_CHUNK, file, block, offset } as const
      const frame = encodeFrame(header, last ? [digest, piece] : [piece], this.#frame)
      this.#channel.send(frame)
      this.#given += frame.length
      this.#pace?.give(frame.length)
    }
  }

  #hasRoom(): boolean {
    const queued = this.#channel.bufferedAmount
    if (this.#pace) return this.#pace.allows(PACED_FRAME_BYTES, queued, this.#clock.now())
    this.#look()
    return queued < this.#mostQueued
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

/** How much content frames of so many bytes carry: pieces of equal length, not one that fills a frame and a crumb. */
function pieceBytes(frameBytes: number): number {
  const room = frameBytes - FRAME_HEADER_BYTES - DIGEST_BYTES
  return Math.ceil(BLOCK_BYTES / Math.ceil(BLOCK_BYTES / room))
}
