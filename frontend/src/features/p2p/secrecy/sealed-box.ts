/**
 * A text that nobody without the key can read or change: base64url of a random nonce and what
 * XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03) makes of the plaintext. In plain JavaScript, because
 * pages served over plain http have no WebCrypto. Native twin: `crates/secrecy/src/sealed_box.rs`.
 */
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js'
import { concatBytes } from '@noble/ciphers/utils.js'
import { fromBase64url, toBase64url } from './base64url'
import type { RandomBytes } from './randomness'

/** So long that it may be random for every message under one key. */
const NONCE_BYTES = 24

/** Poly1305's. */
const TAG_BYTES = 16

/** Most characters of a sealed text: with its address around it, it fits a packet of 64 KiB. */
export const MAX_SEALED_CHARACTERS = 64_000

/** Most bytes that can be sealed into one text. */
export const MAX_PLAINTEXT_BYTES = (MAX_SEALED_CHARACTERS / 4) * 3 - NONCE_BYTES - TAG_BYTES

/** Seals `plaintext`; `context` is not sent, but the box opens only where it is the same. */
export function sealBox(
  key: Uint8Array,
  plaintext: Uint8Array,
  context: Uint8Array,
  random: RandomBytes,
): string {
  if (plaintext.length > MAX_PLAINTEXT_BYTES) throw new RangeError('too long to be sealed')
  const nonce = random(NONCE_BYTES)
  const sealed = xchacha20poly1305(key, nonce, context).encrypt(plaintext)
  return toBase64url(concatBytes(nonce, sealed))
}

/** Opens what {@link sealBox} made; undefined for anything else. */
export function openBox(
  key: Uint8Array,
  box: string,
  context: Uint8Array,
): Uint8Array<ArrayBuffer> | undefined {
  if (box.length > MAX_SEALED_CHARACTERS) return undefined
  const bytes = fromBase64url(box)
  if (!bytes || bytes.length < NONCE_BYTES + TAG_BYTES) return undefined
  const nonce = bytes.subarray(0, NONCE_BYTES)
  try {
    const cipher = xchacha20poly1305(key, nonce, context)
    return new Uint8Array(cipher.decrypt(bytes.subarray(NONCE_BYTES)))
  } catch {
    // The library's only complaint at this point is a wrong tag.
    return undefined
  }
}
