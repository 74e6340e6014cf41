/**
 * Where a receiver puts blocks. Three kinds: `OpfsStore` keeps files for the downloads, `ChosenStore` puts them where
 * a person wants them, `BlobStore` serves browsers and pages that have no private file system. Used by `FileReceiver`.
 */
import { sha256Of } from '@/lib/sha256'
import { type OfferedFile } from './control-messages'
import { sameDigest } from './digest'
import { discard } from './discard'
import { TransferError } from './failure'
import { type Journal } from './journal'

/** A block as it came: its chunks in order, and the digest it was announced with. */
export interface ReceivedBlock {
  /** Number of the file in the offer. */
  readonly file: number
  /** Number of the block in the file. */
  readonly block: number
  readonly chunks: readonly Uint8Array<ArrayBuffer>[]
  readonly digest: Uint8Array<ArrayBuffer>
}

/** Takes the blocks of a transfer's files, nearly in order, and gives the files back whole. */
export interface BlockStore {
  /** Finished files are where their person wants them; else they have yet to be saved. */
  readonly inPlace: boolean
  /** Throws `out_of_space` when it is known that so many bytes will not fit. */
  reserve(bytes: number): Promise<void>
  /**
   * Checks a block and writes it, soon: neighbours may be written together. Resolves in the order of the
   * calls. Takes the chunks' memory away.
   * Throws `corrupt`, `out_of_space` or `unwritable`.
   */
  write(block: ReceivedBlock): Promise<void>
  /** The file, once all its blocks are written. Throws `unwritable`. */
  finish(number: number, file: OfferedFile): Promise<File>
  /** Ends the store; what is not finished is deleted, unless it is to be kept for a later page. */
  close(keep: boolean): void
}

/** A store that goes on from what an earlier page has left. */
export interface Opened {
  readonly store: BlockStore
  readonly journal: Journal
}

/** Puts a block together, takes its chunks' memory away and checks it. Throws `corrupt`. */
export async function assemble(
  { chunks, digest }: ReceivedBlock,
  target: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  let length = 0
  for (const chunk of chunks) {
    target.set(chunk, length)
    length += chunk.length
  }
  discard(chunks.map(({ buffer }) => buffer))
  const bytes = target.subarray(0, length)
  if (sameDigest(await sha256Of(bytes), digest)) return bytes
  throw new TransferError('corrupt', 'a block is not what its digest says')
}
