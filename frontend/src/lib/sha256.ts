/** SHA-256 of bytes that are in memory. Used by transfers between browsers and by uploads. */
import { sha256 } from '@noble/hashes/sha2.js'

/**
 * The browser's own SHA-256 is several times faster and runs off this thread, but it is missing
 * where the page came over plain http from another machine.
 */
const subtle = (globalThis.crypto as Partial<Crypto>).subtle

/** The digest of some bytes, which may be reused as soon as this returns. */
export async function sha256Of(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  if (subtle) return new Uint8Array(await subtle.digest('SHA-256', bytes))
  return new Uint8Array(sha256(bytes))
}
