/**
 * SHA-256 of blocks and of files. A block's digest is over its content; a file's is over the
 * digests of its blocks, so that no byte is hashed twice. Used by both ends and by the stores.
 */
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'

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
