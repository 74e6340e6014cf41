/**
 * Collects neighbouring blocks and writes them at once: a write costs as much as it costs to reach the
 * browser's file process, which in a private window is more than the bytes do. Used by the worker.
 */
import { assemble, type ReceivedBlock } from './block-store'
import { TransferError } from './failure'
import { BLOCK_BYTES } from './protocol'

/** Bytes written at once. */
const BATCH_BYTES = 8 * BLOCK_BYTES

/** What a file is written through: `FileSystemSyncAccessHandle`, which TypeScript knows in workers only. */
export interface SyncAccess {
  write(bytes: Uint8Array, options: { at: number }): number
  close(): void
}

/** Blocks that are checked and not yet written. */
export class WriteBatch {
  readonly #memory = new Uint8Array(BATCH_BYTES)
  #access: SyncAccess | undefined
  /** Where in the file the batch belongs, and its bytes and blocks so far. */
  #at = 0
  #length = 0
  #blocks = 0

  /** Whether this block can join what is here without something being written first. */
  takes(access: SyncAccess, { block }: ReceivedBlock): boolean {
    if (this.#blocks === 0) return true
    const follows = access === this.#access && block * BLOCK_BYTES === this.#at + this.#length
    return follows && this.#length + BLOCK_BYTES <= BATCH_BYTES
  }

  /** Checks a block and keeps it. Throws `corrupt`; what was here stays. */
  async add(access: SyncAccess, block: ReceivedBlock): Promise<void> {
    const bytes = await assemble(block, this.#memory.subarray(this.#length))
    if (this.#blocks === 0) this.#at = block.block * BLOCK_BYTES
    this.#access = access
    this.#length += bytes.length
    this.#blocks += 1
  }

  get full(): boolean {
    return this.#length + BLOCK_BYTES > BATCH_BYTES
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
