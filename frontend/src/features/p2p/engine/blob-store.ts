/**
 * Collects received files as Blobs, for pages without a private file system: those that came over
 * plain http from another machine, and older browsers. Browsers move large Blobs to disk themselves.
 */
import { assemble, type BlockStore, type ReceivedBlock } from './block-store'
import { type OfferedFile } from './control-messages'
import { BLOCK_BYTES } from './protocol'

/** Blocks collected into one Blob: a file of many tiny Blobs is slow to read. */
const BLOCKS_PER_BLOB = 64

interface Collected {
  blobs: Blob[]
  blocks: Uint8Array<ArrayBuffer>[]
}

/** Keeps blocks in the page's memory, then in Blobs. */
export class BlobStore implements BlockStore {
  readonly #files = new Map<number, Collected>()
  /** The last write: each waits for the one before, so that they end in order. */
  #last: Promise<unknown> = Promise.resolve()

  reserve(): Promise<void> {
    // What a browser grants Blobs cannot be asked.
    return Promise.resolve()
  }

  write(block: ReceivedBlock): Promise<void> {
    const written = this.#last.then(() => this.#write(block))
    this.#last = written
    return written
  }

  async #write(block: ReceivedBlock): Promise<void> {
    const bytes = await assemble(block, new Uint8Array(BLOCK_BYTES))
    const file = this.#collected(block.file)
    file.blocks.push(bytes)
    if (file.blocks.length === BLOCKS_PER_BLOB) file.blobs.push(new Blob(file.blocks.splice(0)))
  }

  finish(number: number, file: OfferedFile): Promise<File> {
    const { blobs, blocks } = this.#collected(number)
    this.#files.delete(number)
    const parts = [...blobs, ...blocks]
    return Promise.resolve(
      new File(parts, file.name, { type: file.media_type, lastModified: file.modified_at }),
    )
  }

  close(): void {
    this.#files.clear()
  }

  #collected(number: number): Collected {
    const there = this.#files.get(number)
    if (there) return there
    const fresh = { blobs: [], blocks: [] }
    this.#files.set(number, fresh)
    return fresh
  }
}
