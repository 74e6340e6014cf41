/**
 * CPace, a balanced password-authenticated key exchange: two parties that know the same password
 * agree on a key, and whoever does not know it can try one guess an exchange and nothing offline.
 * draft-irtf-cfrg-cpace-21, suite CPACE-RISTR255-SHA512 (§5, §8.3), initiator-responder setting,
 * over ristretto255 (RFC 9496). Used by `code-exchange.ts`, and its group by
 * `nearby-exchange.ts`; native twin: `crates/secrecy/src/cpace.rs`.
 *
 * JavaScript's big integers do not promise constant time. A scalar serves one exchange and a password
 * one attempt, so that nobody gets a second measurement of either.
 */
import { concatBytes, equalBytes } from '@noble/ciphers/utils.js'
import { ristretto255, ristretto255_hasher } from '@noble/curves/ed25519.js'
import { bytesToNumberLE } from '@noble/curves/utils.js'
import { sha512 } from '@noble/hashes/sha2.js'
import type { RandomBytes } from './randomness'

/** How many bytes a share has: one encoded group element. */
export const SHARE_BYTES = 32

/** G.DSI of §8.3. */
const DSI = 'CPaceRistretto255'

/** H.s_in_bytes of §6.2: SHA-512's block. */
const BLOCK_BYTES = 128

/** What both parties must know alike. */
export interface CpaceInputs {
  /** PRS: the password. */
  readonly password: Uint8Array
  /** CI: between whom, and in which roles. */
  readonly channel: Uint8Array
  /** sid: unique for the exchange, or empty where nothing such is known beforehand. */
  readonly session: Uint8Array
}

/** A party's message, and what it says beside it in clear (ADa or ADb). */
export interface CpaceMessage {
  readonly share: Uint8Array
  readonly associated: Uint8Array
}

/** One party's part in one exchange. */
export class CpaceParty {
  /** What to send: Ya or Yb. */
  readonly share: Uint8Array<ArrayBuffer>
  readonly #scalar: bigint
  readonly #session: Uint8Array

  constructor(inputs: CpaceInputs, random: RandomBytes) {
    this.#scalar = sampleScalar(random)
    this.#session = inputs.session
    const share = calculateGenerator(inputs).multiply(this.#scalar).toBytes()
    this.share = new Uint8Array(share)
  }

  /**
   * The intermediate session key, ISK: 64 bytes, the same at both parties if and only if password,
   * channel, session and transcript are. Undefined when the other's share is no group element, or
   * the neutral one, or our own played back: then the exchange is over.
   */
  sessionKey(
    initiator: CpaceMessage,
    responder: CpaceMessage,
    theirs: Uint8Array,
  ): Uint8Array<ArrayBuffer> | undefined {
    if (equalBytes(theirs, this.share)) return undefined
    const shared = multiplyVerified(this.#scalar, theirs)
    if (!shared) return undefined
    const secret = lvCat(new TextEncoder().encode(`${DSI}_ISK`), this.#session, shared)
    return new Uint8Array(sha512(concatBytes(secret, transcript(initiator, responder))))
  }
}

/** transcript_ir of §6.3. */
export function transcript(initiator: CpaceMessage, responder: CpaceMessage): Uint8Array {
  return lvCat(initiator.share, initiator.associated, responder.share, responder.associated)
}

/** lv_cat of §6.3: every string behind its length in LEB128. */
export function lvCat(...strings: readonly Uint8Array[]): Uint8Array {
  return concatBytes(...strings.flatMap((string) => [leb128(string.length), string]))
}

/** generator_string of §8.1: the password fills the hash's first block, however short it is. */
export function generatorString({ password, channel, session }: CpaceInputs): Uint8Array {
  const dsi = new TextEncoder().encode(DSI)
  const padding = Math.max(0, BLOCK_BYTES - 1 - lvCat(password).length - lvCat(dsi).length)
  return lvCat(dsi, password, new Uint8Array(padding), channel, session)
}

/** G.calculate_generator of §8.3: the element derivation of RFC 9496 §4.3.4, of the string's hash. */
export function calculateGenerator(inputs: CpaceInputs) {
  const generator = ristretto255_hasher.deriveToCurve?.(sha512(generatorString(inputs)))
  if (!generator) throw new Error('cpace: the library derives no elements')
  return generator
}

/** G.scalar_mult_vfy of §8.3; undefined where that gives G.I, the neutral element. */
export function multiplyVerified(scalar: bigint, encoded: Uint8Array): Uint8Array | undefined {
  let product
  try {
    product = ristretto255.Point.fromBytes(encoded).multiply(scalar)
  } catch {
    return undefined
  }
  return product.is0() ? undefined : product.toBytes()
}

/** G.sample_scalar of §8.3: 252 random bits, little-endian. */
export function sampleScalar(random: RandomBytes): bigint {
  const bytes = random(32)
  bytes[31] = (bytes[31] ?? 0) & 0x0f
  return bytesToNumberLE(bytes)
}

/** Seven bits a byte, the lowest first, the top bit saying that more follow. */
function leb128(value: number): Uint8Array {
  const bytes = []
  let rest = value
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) + 0x80)
  bytes.push(rest)
  return Uint8Array.from(bytes)
}
