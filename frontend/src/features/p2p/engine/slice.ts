/** Neighbouring blocks of a file, read at once and hashed. Used by the worker behind `SliceReader`, and without one. */
import { sha256Of } from '@/lib/sha256'
import { BLOCK_BYTES, DIGEST_BYTES } from './protocol'

/** Some blocks of a file. */
export interface Slice {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** The digests of the blocks in it, one after the other. */
  readonly digests: Uint8Array<ArrayBuffer>
}

/** Reads `[at, end)` of a file, which begins with a block. Throws where that cannot be read, or not as far. */
export async function readSlice(file: Blob, at: number, end: number): Promise<Slice> {
  const bytes = new Uint8Array(await file.slice(at, end).arrayBuffer())
  if (bytes.length !== end - at) throw new RangeError('the file is shorter than it was')
  const blocks = Math.ceil(bytes.length / BLOCK_BYTES)
  const digests = new Uint8Array(blocks * DIGEST_BYTES)
  await Promise.all(
    Array.from({ length: blocks }, async (_, block) => {
      const content = bytes.subarray(block * BLOCK_BYTES, (block + 1) * BLOCK_BYTES)
      digests.set(await sha256Of(content), block * DIGEST_BYTES)
    }),
  )
  return { bytes, digests }
}
