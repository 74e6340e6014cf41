/** Reads a file as blocks with their digests, ahead of whoever sends them. Used by `FileSender`. */
import { blockDigest } from './digest'
import { TransferError } from './failure'
import { BLOCK_BYTES } from './protocol'

/**
 * Bytes read at a time. Every read asks the browser's file process and costs the same whatever its
 * size; two of these are in memory at most.
 */
const SLICE_BYTES = 16 * BLOCK_BYTES

/** A block of a file. */
export interface Block {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly digest: Uint8Array<ArrayBuffer>
}

/**
 * The blocks of a file in order. While one slice of them is being sent the next is read and hashed.
 * Throws `unreadable` when the file cannot be read or is no longer as long as it was.
 */
export async function* readBlocks(file: Blob): AsyncGenerator<Block> {
  let next = readSlice(file, 0)
  for (let at = 0; at < file.size; at += SLICE_BYTES) {
    const slice = await next
    next = readSlice(file, at + SLICE_BYTES)
    // Whoever stops in mid-file never awaits this one; its failure is then nobody's.
    next.catch(() => undefined)
    yield* slice
  }
}

async function readSlice(file: Blob, at: number): Promise<Block[]> {
  if (at >= file.size) return []
  const end = Math.min(at + SLICE_BYTES, file.size)
  const bytes = await read(file, at, end)
  const blocks: Promise<Block>[] = []
  for (let start = 0; start < bytes.length; start += BLOCK_BYTES) {
    const block = bytes.subarray(start, start + BLOCK_BYTES)
    blocks.push(blockDigest(block).then((digest) => ({ bytes: block, digest })))
  }
  return Promise.all(blocks)
}

async function read(file: Blob, at: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const bytes = new Uint8Array(await file.slice(at, end).arrayBuffer())
    if (bytes.length === end - at) return bytes
  } catch {
    // Removed, changed or forbidden since it was chosen; browsers do not say which.
  }
  throw new TransferError('unreadable', 'a file could not be read')
}
