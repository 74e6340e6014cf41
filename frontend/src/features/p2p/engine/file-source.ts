/**
 * Reads a file as blocks with their digests, for every recipient alike: what is read once serves all who
 * ask for it soon, and no block is hashed twice. Used by `BlockQueue`.
 */
import { blocksIn } from './block-map'
import { FileDigest } from './digest'
import { BLOCK_BYTES, DIGEST_BYTES } from './protocol'
import { sliceReader } from './slice-reader'

/**
 * Blocks read at a time. Every read asks the browser's file process and costs the same whatever its
 * size.
 */
const SLICE_BLOCKS = 16
/** Slices kept: the one being sent, the one being read ahead, and what slower recipients still want. */
const KEPT_SLICES = 4

/** A block on its way to a recipient. */
export interface OutgoingBlock {
  /** Number of the file in the offer. */
  readonly file: number
  /** Number of the block in the file. */
  readonly block: number
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly digest: Uint8Array<ArrayBuffer>
}

/** A block as it was read. */
export type SourceBlock = Omit<OutgoingBlock, 'file'>

/** One file to send. */
export class FileSource {
  readonly blocks: number
  readonly #file: Blob
  /** Slices by number, the least recently asked for first. */
  readonly #slices = new Map<number, Promise<SourceBlock[]>>()
  /** Digests of the blocks, one after the other, where `#hashed` says so. */
  readonly #digests: Uint8Array<ArrayBuffer>
  readonly #hashed: Uint8Array

  constructor(file: Blob) {
    this.#file = file
    this.blocks = blocksIn(file.size)
    this.#digests = new Uint8Array(this.blocks * DIGEST_BYTES)
    this.#hashed = new Uint8Array(this.blocks)
  }

  /**
   * One block. The ones after it are read ahead. Throws `unreadable` when the file cannot be read or is no
   * longer as long as it was.
   */
  async read(block: number): Promise<SourceBlock> {
    const number = Math.floor(block / SLICE_BLOCKS)
    const slice = await this.#slice(number)
    if ((number + 1) * SLICE_BLOCKS < this.blocks) this.#slice(number + 1).catch(() => undefined)
    const found = slice[block % SLICE_BLOCKS]
    if (!found) throw new RangeError(`no block ${block}`)
    return found
  }

  /** The file's digest, in hexadecimal. Reads the blocks that nobody has asked for. */
  async digest(): Promise<string> {
    for (let block = 0; block < this.blocks; block += 1) {
      if (this.#hashed[block] === 0) await this.read(block)
    }
    const digest = new FileDigest()
    digest.add(this.#digests)
    return digest.finish()
  }

  #slice(number: number): Promise<SourceBlock[]> {
    const slice = this.#slices.get(number) ?? this.#readSlice(number)
    this.#slices.delete(number)
    this.#slices.set(number, slice)
    const [oldest] = this.#slices.keys()
    if (this.#slices.size > KEPT_SLICES && oldest !== undefined) this.#slices.delete(oldest)
    return slice
  }

  async #readSlice(number: number): Promise<SourceBlock[]> {
    const first = number * SLICE_BLOCKS
    const at = first * BLOCK_BYTES
    const end = Math.min(at + SLICE_BLOCKS * BLOCK_BYTES, this.#file.size)
    const { bytes, digests } = await sliceReader().read(this.#file, at, end)
    const blocks = digests.length / DIGEST_BYTES
    this.#digests.set(digests, first * DIGEST_BYTES)
    this.#hashed.fill(1, first, first + blocks)
    return Array.from({ length: blocks }, (_, block) => ({
      block: first + block,
      bytes: bytes.subarray(block * BLOCK_BYTES, (block + 1) * BLOCK_BYTES),
      digest: digests.subarray(block * DIGEST_BYTES, (block + 1) * DIGEST_BYTES),
    }))
  }
}
