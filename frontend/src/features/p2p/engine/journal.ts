/**
 * The record that the file worker keeps of the blocks it has written, so that a transfer can go on after its
 * page was reloaded or its browser was killed. Entries of 40 bytes, numbers big-endian: file (u32), block
 * (u32), the block's digest. Used by the worker behind `OpfsStore`.
 */
import { DIGEST_BYTES } from './protocol'

/** Bytes of an entry. */
export const ENTRY_BYTES = 8 + DIGEST_BYTES
/** Stands for a block's number where the whole file has been given to its person. */
const DELIVERED = 0xffff_ffff

/** A block that was written. */
export interface WrittenBlock {
  readonly file: number
  readonly block: number
  readonly digest: Uint8Array<ArrayBuffer>
}

/** What a journal says. */
export interface Journal {
  readonly blocks: readonly WrittenBlock[]
  /** Files that have been given to their person. */
  readonly delivered: readonly number[]
}

/** The entries of blocks. */
export function blockEntries(blocks: readonly WrittenBlock[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(blocks.length * ENTRY_BYTES)
  for (const [at, { file, block, digest }] of blocks.entries()) {
    const header = new DataView(bytes.buffer, at * ENTRY_BYTES, 8)
    header.setUint32(0, file)
    header.setUint32(4, block)
    bytes.set(digest, at * ENTRY_BYTES + 8)
  }
  return bytes
}

/** The entry of a file that has been delivered. */
export function deliveryEntry(file: number): Uint8Array<ArrayBuffer> {
  return blockEntries([{ file, block: DELIVERED, digest: new Uint8Array(DIGEST_BYTES) }])
}

/** Reads entries; one that was cut short when the browser died is left out. */
export function readJournal(bytes: Uint8Array<ArrayBuffer>): Journal {
  const blocks: WrittenBlock[] = []
  const delivered: number[] = []
  for (let at = 0; at + ENTRY_BYTES <= bytes.length; at += ENTRY_BYTES) {
    const header = new DataView(bytes.buffer, bytes.byteOffset + at, 8)
    const [file, block] = [header.getUint32(0), header.getUint32(4)]
    if (block === DELIVERED) delivered.push(file)
    else blocks.push({ file, block, digest: bytes.slice(at + 8, at + ENTRY_BYTES) })
  }
  return { blocks, delivered }
}
