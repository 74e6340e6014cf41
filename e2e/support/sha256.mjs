/** Digests of files. Used by stories and by the benchmark, which cannot read each other's language. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'

/**
 * SHA-256 of a file's content, in hexadecimal.
 * @param {string} file Its path.
 * @returns {Promise<string>}
 */
export async function sha256(file) {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}
