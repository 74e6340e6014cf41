/**
 * SHA-256 of blocks and of files. A block's digest is over its content; a file's is over the
 * digests of its blocks, so that no byte is hashed twice. Used by both ends and by the stores.
 */
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'

/**
 * The browser's own SHA-256 is several times faster and runs off this thread, but it is missing
 * where the page came over plain http from another machine.
 */
const subtle = (globalThis.crypto as Partial<Crypto>).subtle

/** The digest of a block. `bytes` may be reused as soon as this returns. */
export async function blockDigest(
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  if (subtle) return new Uint8Array(await subtle.digest('SHA-256', bytes))
  return new Uint8Array(sha256(bytes))
}

/** Whether two digests are the same. */
export function sameDigest(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at])
}

/** A file's digest, fed with those of its blocks in order. */
export class FileDigest {
  readonly #hash = sha256.create()

  /** Takes the next block's digest. */
  add(digest: Uint8Array): void {
    this.#hash.update(digest)
  }

  /** The file's digest in hexadecimal; nothing can be added after it. */
  finish(): string {
    return bytesToHex(this.#hash.digest())
  }
}
