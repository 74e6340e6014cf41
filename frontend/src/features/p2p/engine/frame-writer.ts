/** Puts blocks on the data channel as frames, no faster than it drains. Used by `FileSender`. */
import { type Channels } from './channel'
import { encodeFrame, FRAME_CHUNK, FRAME_SEAL } from './frames'
import { Gate } from './gate'
import { type Block } from './block-reader'
import { BLOCK_BYTES, FRAME_HEADER_BYTES, MAX_FRAME_BYTES } from './protocol'

/** Bytes queued in the browser above which we wait; past this it only costs memory and latency. */
const HIGH_WATER_BYTES = 8 * 1024 * 1024
/** Bytes queued at which we go on: enough that the line does not run dry before we are awake. */
const LOW_WATER_BYTES = 4 * 1024 * 1024

/** Writes chunks and seals to one data channel. */
export class FrameWriter {
  readonly #channels: Channels
  readonly #signal: AbortSignal
  readonly #drained = new Gate()
  /** One frame's memory, used again and again: `send` has copied it when it returns. */
  readonly #frame: Uint8Array<ArrayBuffer>
  readonly #chunkBytes: number

  /** The channel must be open. When `signal` aborts, a waiting `write` throws its reason. */
  constructor(channels: Channels, signal: AbortSignal) {
    this.#channels = channels
    this.#signal = signal
    const frameBytes = Math.min(channels.maxMessageBytes(), MAX_FRAME_BYTES)
    // Chunks of equal length: a block in two frames of 128 KiB, not one of 256 KiB − 16 and a crumb.
    const chunks = Math.ceil(BLOCK_BYTES / (frameBytes - FRAME_HEADER_BYTES))
    this.#chunkBytes = Math.ceil(BLOCK_BYTES / chunks)
    this.#frame = new Uint8Array(FRAME_HEADER_BYTES + this.#chunkBytes)
    channels.data.bufferedAmountLowThreshold = LOW_WATER_BYTES
    channels.data.addEventListener('bufferedamountlow', () => this.#drained.open(), { signal })
    signal.addEventListener('abort', () => this.#drained.open())
  }

  /** Sends a block: its chunks, then its seal. */
  async write(file: number, block: number, { bytes, digest }: Block): Promise<void> {
    for (let offset = 0; offset < bytes.length; offset += this.#chunkBytes) {
      await this.#room()
      const payload = bytes.subarray(offset, offset + this.#chunkBytes)
      this.#channels.data.send(
        encodeFrame({ kind: FRAME_CHUNK, file, block, offset, payload }, this.#frame),
      )
    }
    const seal = { kind: FRAME_SEAL, file, block, offset: bytes.length, payload: digest } as const
    this.#channels.data.send(encodeFrame(seal, this.#frame))
  }

  async #room(): Promise<void> {
    while (this.#channels.data.bufferedAmount >= HIGH_WATER_BYTES) {
      await this.#drained.wait()
      this.#signal.throwIfAborted()
    }
    this.#signal.throwIfAborted()
  }
}
