/**
 * Collects received files as Blobs, for pages without a private file system: those that came over
 * plain http from another machine, and older browsers. Browsers move large Blobs to disk themselves.
 */
import { assemble, type BlockStore, type ReceivedBlock } from './block-store'
import { type OfferedFile } from './control-messages'
import { BLOCK_BYTES } from './protocol'

/** Blocks collected into one Blob: a file of many tiny Blobs is slow to read. */
const BLOCKS_PER_BLOB = 64

/** Neighbouring blocks of a file: one Blob once they are all there. */
interface Group {
  readonly blocks: Map<number, Uint8Array<ArrayBuffer>>
  blob: Blob | undefined
}

/** Keeps blocks in the page's memory, then in Blobs. */
export class BlobStore implements BlockStore {
  readonly inPlace: boolean = false
  readonly #files = new Map<number, Map<number, Group>>()
  /** The last write: each waits for the one before, so that they end in order. */
  #last: Promise<unknown> = Promise.resolve()

  reserve(): Promise<void> {
    // What a browser grants Blobs cannot be asked.
    return Promise.resolve()
  }

  write(block: ReceivedBlock): Promise<void> {
    const written = this.#last.then(() => this.#write(block))
    this.#last = written.catch(() => undefined)
    return written
  }

  async #write(block: ReceivedBlock): Promise<void> {
    const bytes = await assemble(block, new Uint8Array(BLOCK_BYTES))
    const group = this.#group(block.file, Math.floor(block.block / BLOCKS_PER_BLOB))
    group.blocks.set(block.block, bytes)
    if (group.blocks.size === BLOCKS_PER_BLOB) close(group)
  }

  finish(number: number, file: OfferedFile): Promise<File> {
    const groups = [...(this.#files.get(number) ?? [])].sort(([a], [b]) => a - b)
    this.#files.delete(number)
    const parts = groups.map(([, group]) => group.blob ?? close(group))
    return Promise.resolve(
      new File(parts, file.name, { type: file.media_type, lastModified: file.modified_at }),
    )
  }

  close(): void {
    this.#files.clear()
  }

  #group(file: number, number: number): Group {
    const groups = this.#files.get(file) ?? new Map<number, Group>()
    this.#files.set(file, groups)
    const group = groups.get(number) ?? { blocks: new Map(), blob: undefined }
    groups.set(number, group)
    return group
  }
}

/** Makes a group's blocks, in order, into its Blob. */
function close(group: Group): Blob {
  const blocks = [...group.blocks].sort(([a], [b]) => a - b)
  group.blob = new Blob(blocks.map(([, bytes]) => bytes))
  group.blocks.clear()
  return group.blob
}
