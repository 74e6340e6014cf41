/**
 * How keys are derived from secrets: HKDF-SHA-256 (RFC 5869) with an empty salt, and an `info` that
 * says what the key is for and between whom. Native twin: `crates/secrecy/src/key_schedule.rs`.
 */
import { concatBytes } from '@noble/ciphers/utils.js'
import { hkdf } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'

/** How many bytes every derived key has. */
export const KEY_BYTES = 32

/** What keys are for. None is the beginning of another, so that no two `info`s can be the same. */
export type Purpose =
  | 'sharesync/1 signal'
  | 'sharesync/1 relay'
  | 'sharesync/1 code confirm'
  | 'sharesync/1 code seal'
  | 'sharesync/1 nearby commit'
  | 'sharesync/1 nearby words'
  | 'sharesync/1 nearby accept'
  | 'sharesync/1 nearby invite'

/**
 * Derives a key. `info` is the purpose, then each part behind its length in bytes (u32,
 * big-endian), so that no two lists of parts read the same.
 */
export function deriveKey(
  secret: Uint8Array,
  purpose: Purpose,
  parts: readonly (string | Uint8Array)[],
): Uint8Array<ArrayBuffer> {
  const utf8 = new TextEncoder()
  const info = [utf8.encode(purpose)]
  for (const part of parts) {
    const bytes = typeof part === 'string' ? utf8.encode(part) : part.slice()
    const length = new Uint8Array(4)
    new DataView(length.buffer).setUint32(0, bytes.length)
    info.push(length, bytes)
  }
  return new Uint8Array(hkdf(sha256, secret, undefined, concatBytes(...info), KEY_BYTES))
}
