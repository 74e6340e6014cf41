/**
 * Neighbouring blocks that are written together because they came while others were being written: in a
 * private window a write costs as much as it costs to reach the browser's own process, far more than the
 * bytes do. Used by the worker.
 */
import { assemble, type ReceivedBlock } from './block-store'
import { TransferError } from './failure'
import { BLOCK_BYTES } from './protocol'

/** Most blocks written at once. */
const MAX_BLOCKS = 8

/** What a file is read and written through: `FileSystemSyncAccessHandle`, which TypeScript knows in workers only. */
export interface SyncAccess {
  getSize(): number
  read(bytes: Uint8Array, options: { at: number }): number
  write(bytes: Uint8Array, options: { at: number }): number
  close(): void
}

/** Blocks that are checked and not yet written. */
export class WriteBatch {
  readonly #memory = new Uint8Array(MAX_BLOCKS * BLOCK_BYTES)
  #access: SyncAccess | undefined
  /** Where in the file the batch belongs, and its bytes and blocks so far. */
  #at = 0
  #length = 0
  #blocks = 0

  /** Whether this block can join what is here without something being written first. */
  takes(access: SyncAccess, { block }: ReceivedBlock): boolean {
    if (this.#blocks === 0) return true
    return access === this.#access && block * BLOCK_BYTES === this.#at + this.#length && !this.full
  }

  /** Checks a block and keeps it. Throws `corrupt`; what was here stays. */
  async add(access: SyncAccess, block: ReceivedBlock): Promise<void> {
    const bytes = await assemble(block, this.#memory.subarray(this.#length))
    if (this.#blocks === 0) this.#at = block.block * BLOCK_BYTES
    this.#access = access
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
  write(): void {
    const bytes = this.#memory.subarray(0, this.#length)
    if (this.#access?.write(bytes, { at: this.#at }) !== bytes.length) {
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
