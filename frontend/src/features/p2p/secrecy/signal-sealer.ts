/**
 * Seals what two pages tell each other through the signaling service: offers, answers and
 * candidates. A server that changes, replays, reorders or redirects them is found out, so that it
 * cannot put itself between the two (docs/PROTOCOL.md, "Keys, codes and sealing"). Used wherever
 * signals are sent and received. Native twin: `crates/secrecy/src/signal_sealer.rs`.
 */
import { concatBytes } from '@noble/ciphers/utils.js'
import { TransferError } from '../engine/failure'
import { deriveKey } from './key-schedule'
import type { LinkKey } from './link-key'
import type { RandomBytes } from './randomness'
import { openBox, sealBox } from './sealed-box'

/** A member of a room, as the others know it. */
export interface SealedMember {
  /** The id that the signaling service gave it. */
  readonly id: string
  /** What its page drew at random when it was loaded. */
  readonly nonce: string
}

/** Between whom signals are sealed. */
export interface SealedPair {
  readonly key: LinkKey
  readonly room: string
  readonly self: SealedMember
  readonly other: SealedMember
}

/** The sequence number's place at the beginning of every plaintext: u32, big-endian. */
const SEQUENCE_BYTES = 4

/** Sequence numbers end here; no pair of pages ever says so much. */
const MAX_SEQUENCE = 0xffff_ffff

/**
 * The sealer of one pair of members, in both directions. There must be one of them, and the same
 * one, for as long as both pages are loaded, whatever happens to their sockets: it knows what has
 * been heard already.
 */
export class SignalSealer {
  readonly #random: RandomBytes
  readonly #sealing: Uint8Array
  readonly #opening: Uint8Array
  #sent = -1
  #heard = -1

  constructor({ key, room, self, other }: SealedPair, random: RandomBytes) {
    // Each direction has its own key only because the nonces differ: a server that tells a page
    // its own nonce as another's wants to play its words back to it.
    if (self.nonce === other.nonce) throw new TransferError('tampered', 'signal: our own nonce')
    const keyFor = (from: SealedMember, to: SealedMember) =>
      deriveKey(key.bytes(), 'sharesync/1 signal', [room, from.id, from.nonce, to.id, to.nonce])
    this.#random = random
    this.#sealing = keyFor(self, other)
    this.#opening = keyFor(other, self)
  }

  /** Seals the body of an event; `body` must be what JSON can say. */
  seal(event: string, body: unknown): string {
    if (this.#sent === MAX_SEQUENCE) throw new RangeError('signal: no numbers left')
    this.#sent += 1
    const sequence = new Uint8Array(SEQUENCE_BYTES)
    new DataView(sequence.buffer).setUint32(0, this.#sent)
    const utf8 = new TextEncoder()
    const plaintext = concatBytes(sequence, utf8.encode(JSON.stringify(body)))
    return sealBox(this.#sealing, plaintext, utf8.encode(event), this.#random)
  }

  /**
   * Opens the body of an event. Throws `tampered` for everything that the other page did not seal
   * for this one, for this event and after all that was opened before; then nothing has changed.
   */
  open(event: string, sealed: string): unknown {
    const plaintext = openBox(this.#opening, sealed, new TextEncoder().encode(event))
    if (!plaintext || plaintext.length < SEQUENCE_BYTES) {
      throw new TransferError('tampered', 'signal: does not open')
    }
    const sequence = new DataView(plaintext.buffer).getUint32(0)
    if (sequence <= this.#heard) throw new TransferError('tampered', 'signal: out of order')
    this.#heard = sequence
    return parseBody(plaintext.subarray(SEQUENCE_BYTES))
  }
}

/** What the other page itself wrote; that it is nonsense is then that page's own doing. */
function parseBody(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
  } catch {
    throw new TransferError('malformed', 'signal: no JSON in it')
  }
}
