/**
 * Neighbouring blocks that are written together because they came while others were being written: in a
 * private window a write costs as much as it costs to reach the browser's own process, far more than the
 * bytes do. Used by the worker.
 */
import { assemble, type ReceivedBlock } from './block-store'
import { type ContentFile } from './content-files'
import { TransferError } from './failure'
import { BLOCK_BYTES } from './protocol'

/** Most blocks written at once. */
const MAX_BLOCKS = 8

/** Blocks that are checked and not yet written. */
export class WriteBatch {
  readonly #memory = new Uint8Array(MAX_BLOCKS * BLOCK_BYTES)
  #file: ContentFile | undefined
  /** Where in the file the batch belongs, and its bytes and blocks so far. */
  #at = 0
  #length = 0
  #blocks = 0

  /** Whether this block can join what is here without something being written first. */
  takes(file: ContentFile, { block }: ReceivedBlock): boolean {
    if (this.#blocks === 0) return true
    return file === this.#file && block * BLOCK_BYTES === this.#at + this.#length && !this.full
  }

  /** Checks a block and keeps it. Throws `corrupt`; what was here stays. */
  async add(file: ContentFile, block: ReceivedBlock): Promise<void> {
    const bytes = await assemble(block, this.#memory.subarray(this.#length))
    if (this.#blocks === 0) this.#at = block.block * BLOCK_BYTES
    this.#file = file
    this.#length += bytes.length
    this.#blocks += 1
  }

  /** There is no room for more. */
  get full(): boolean {
    return this.#blocks === MAX_BLOCKS
  }

  /** How many blocks are waiting. */
  get blocks(): number {
    return this.#blocks
  }

  /** Writes what is here, and is empty afterwards. Throws where it could not; then all is still here. */
  async write(): Promise<void> {
    const bytes = this.#memory.subarray(0, this.#length)
    if ((await this.#file?.write(bytes, { at: this.#at })) !== bytes.length) {
      throw new TransferError('out_of_space', 'the disk is full')
    }
    this.clear()
  }

  /** Forgets what is here. */
  clear(): void {
    this.#length = 0
    this.#blocks = 0
  }
}
