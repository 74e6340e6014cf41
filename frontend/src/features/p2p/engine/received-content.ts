/**
 * What has come of the accepted files, over however many connections: which blocks are written, their
 * digests, and what is still wanted. Pure state; kept by `FileReceiver`.
 */
import { blockLength, BlockMap, type BlockRange, blocksIn } from './block-map'
import { FileDigest } from './digest'
import { DIGEST_BYTES } from './protocol'

/** A file whose content is expected. */
export interface ExpectedFile {
  /** Its number in the offer. */
  readonly number: number
  /** Bytes. */
  readonly size: number
}

interface Content {
  readonly file: ExpectedFile
  readonly written: BlockMap
  /** Blocks that are coming over some connection, or being written. */
  readonly claimed: BlockMap
  /** Digests of the blocks, one after the other; meaningful where `written`. */
  readonly digests: Uint8Array<ArrayBuffer>
}

/** The blocks of a transfer's files. */
export class ReceivedContent {
  readonly #files = new Map<number, Content>()
  #written = 0

  constructor(files: readonly ExpectedFile[]) {
    for (const file of files) {
      const blocks = blocksIn(file.size)
      this.#files.set(file.number, {
        file,
        written: new BlockMap(blocks),
        claimed: new BlockMap(blocks),
        digests: new Uint8Array(blocks * DIGEST_BYTES),
      })
    }
  }

  /** Content bytes written. */
  get written(): number {
    return this.#written
  }

  /** Bytes of a block that is wanted and not on its way; undefined for any other. */
  wanted(number: number, block: number): number | undefined {
    const content = this.#files.get(number)
    if (!content || block >= content.written.blocks) return undefined
    if (content.written.has(block) || content.claimed.has(block)) return undefined
    return blockLength(content.file.size, block)
  }

  /** Notes that a block is on its way. */
  claim(number: number, block: number): void {
    this.#files.get(number)?.claimed.add(block)
  }

  /** Notes that a block is not coming after all. */
  release(number: number, block: number): void {
    this.#files.get(number)?.claimed.delete(block)
  }

  /** Notes that a block is written. */
  add(number: number, block: number, digest: Uint8Array): void {
    const content = this.#files.get(number)
    if (!content || content.written.has(block)) return
    content.written.add(block)
    content.claimed.delete(block)
    content.digests.set(digest, block * DIGEST_BYTES)
    this.#written += blockLength(content.file.size, block)
  }

  /** Whether every block of the file is written. */
  complete(number: number): boolean {
    return this.#files.get(number)?.written.complete ?? false
  }

  /** The written blocks of a file. */
  ranges(number: number): BlockRange[] {
    return this.#files.get(number)?.written.ranges() ?? []
  }

  /** The digest of a complete file, in hexadecimal. */
  digest(number: number): string {
    const digest = new FileDigest()
    const content = this.#files.get(number)
    if (content) digest.add(content.digests)
    return digest.finish()
  }
}
