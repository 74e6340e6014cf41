/**
 * Seals the binary messages of a lane that runs through the server's WebSocket relay, where no DTLS
 * protects them: the relay sees how many there are and how long, and can do nothing but break off.
 * Native twin: `crates/secrecy/src/lane_sealer.rs`.
 *
 * Each side draws its half of the lane's name at random and sends it first, in clear. Both halves go
 * into the keys of both directions, so that no key ever serves twice, whatever server or other side do:
 * that is what allows the nonce to be a mere counter, which both know and nobody sends. A message that
 * is missing, repeated or out of order meets the wrong count and does not open.
 */
import { TransferError } from '../engine/failure'
import { PlainAesGcm, SubtleAesGcm, TAG_BYTES, type AesGcm } from './aes-gcm'
import { deriveKey } from './key-schedule'
import type { RandomBytes } from './randomness'
import type { SealedPair } from './signal-sealer'

/** How many bytes either half of a lane's name has. */
export const LANE_HALF_BYTES = 16

/** Most bytes of one message before it is sealed. */
export const MAX_LANE_MESSAGE_BYTES = 256 * 1024

/**
 * Most bytes under one key when sealed, 256 GiB: there an observer tells the lane's bytes from random ones with a
 * probability of 2⁻⁵⁷ (RFC 8446 §5.5 counts alike). A longer transfer takes another lane.
 */
export const MAX_LANE_BYTES = 2 ** 38

/** The nonce's length in GCM. */
const NONCE_BYTES = 12

/** The name of a lane, which each side draws half of, for one connection only. */
export interface LaneName {
  readonly ours: Uint8Array
  readonly theirs: Uint8Array
}

/** This side's half of a new lane's name: the first message to send. */
export function makeLaneHalf(random: RandomBytes): Uint8Array<ArrayBuffer> {
  return random(LANE_HALF_BYTES)
}

/** Missing where the page came over plain http from another machine. */
const browserSubtle = (globalThis.crypto as Partial<Crypto>).subtle

/** What a lane is made with. */
interface LaneSettings {
  /** The browser's cipher; undefined for the one in plain JavaScript. */
  readonly subtle: SubtleCrypto | undefined
  /** Most bytes of one direction when sealed. */
  readonly maxBytes?: number
}

/** One side of one lane: seals what it sends, opens what it hears. */
export class LaneSealer {
  readonly #sealing: Direction
  readonly #opening: Direction

  private constructor(sealing: Direction, opening: Direction) {
    this.#sealing = sealing
    this.#opening = opening
  }

  /** A side of the lane of that name, between the two of the pair. */
  static async make(
    { key, room, self, other }: SealedPair,
    { ours, theirs }: LaneName,
    { subtle, maxBytes = MAX_LANE_BYTES }: LaneSettings = { subtle: browserSubtle },
  ): Promise<LaneSealer> {
    // As in SignalSealer: or else both directions would have one key, and one count.
    if (self.nonce === other.nonce) throw new TransferError('tampered', 'lane: our own nonce')
    if (ours.length !== LANE_HALF_BYTES || theirs.length !== LANE_HALF_BYTES) {
      throw new TransferError('tampered', 'lane: half a name of another length')
    }
    const there = [self.id, self.nonce, other.id, other.nonce, ours, theirs]
    const back = [other.id, other.nonce, self.id, self.nonce, theirs, ours]
    const direction = async (parts: readonly (string | Uint8Array)[]) => {
      const bytes = deriveKey(key.bytes(), 'sharesync/1 relay', [room, ...parts])
      const cipher = subtle ? await SubtleAesGcm.make(subtle, bytes) : new PlainAesGcm(bytes)
      return new Direction(cipher, maxBytes)
    }
    return new LaneSealer(await direction(there), await direction(back))
  }

  /**
   * Seals the next message; results come in the order of the calls. `message` may be reused as soon
   * as this returns. Rejects with a `RangeError` what is too long, and all that follows it.
   */
  seal(message: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    return this.#sealing.take(message.length + TAG_BYTES, (cipher, nonce) =>
      cipher.encrypt(nonce, message),
    )
  }

  /**
   * Opens the next message; results come in the order of the calls. Rejects with `tampered` what the
   * other side did not seal as its next one, and all that follows it.
   */
  async open(sealed: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    try {
      return await this.#opening.take(sealed.length, (cipher, nonce) =>
        cipher.decrypt(nonce, sealed),
      )
    } catch {
      throw new TransferError('tampered', 'lane: does not open')
    }
  }
}

/** What is done with a message under its nonce. */
type Operation = (
  cipher: AesGcm,
  nonce: Uint8Array<ArrayBuffer>,
) => Promise<Uint8Array<ArrayBuffer>>

/** One direction of a lane: its key, its count, and the order of what comes out. */
class Direction {
  readonly #cipher: AesGcm
  #messages = 0
  #bytesLeft: number
  #last: Promise<unknown> = Promise.resolve()

  constructor(cipher: AesGcm, maxBytes: number) {
    this.#cipher = cipher
    this.#bytesLeft = maxBytes
  }

  /**
   * Counts a message, by its length when sealed, and begins with it at once, but gives the result
   * after those before it.
   */
  take(length: number, operation: Operation): Promise<Uint8Array<ArrayBuffer>> {
    const done = this.#begin(length, operation)
    const inTurn = Promise.all([this.#last, done]).then(([, result]) => result)
    this.#last = inTurn
    return inTurn
  }

  async #begin(length: number, operation: Operation) {
    if (length > MAX_LANE_MESSAGE_BYTES + TAG_BYTES) throw new RangeError('lane: message too long')
    this.#bytesLeft -= length
    if (this.#bytesLeft < 0) throw new RangeError('lane: used up')
    return operation(this.#cipher, this.#nextNonce())
  }

  /** The count as 96 bits, big-endian. At 2³⁸ bytes it is far from what a number holds exactly. */
  #nextNonce(): Uint8Array<ArrayBuffer> {
    const nonce = new Uint8Array(NONCE_BYTES)
    new DataView(nonce.buffer).setBigUint64(4, BigInt(this.#messages))
    this.#messages += 1
    return nonce
  }
}
