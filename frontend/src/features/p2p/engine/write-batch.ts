/**
 * Collects neighbouring blocks where writing them one by one would be slow: a write costs as much as it costs
 * to reach the browser's file process, which in a private window is far more than the bytes do. Elsewhere
 * every block is written at once, so that next to nothing is lost when the browser dies. Used by the worker.
 */
import { assemble, type ReceivedBlock } from './block-store'
import { TransferError } from './failure'
import { BLOCK_BYTES } from './protocol'

/** Most blocks written at once. */
const MAX_BLOCKS = 8
/** A write that takes longer than this is worth sharing, in milliseconds; one that takes a quarter is not. */
const SLOW_WRITE_MS = 1

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
  /** How many blocks are worth waiting for. */
  #worth = 1

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

  /** Nothing is worth waiting for any more. */
  get full(): boolean {
    return this.#blocks >= this.#worth
  }

  /** How many blocks are waiting. */
  get blocks(): number {
    return this.#blocks
  }

  /**
   * Writes what is here, and is empty afterwards. Throws where it could not; then all is still here. The clock
   * tells how long it took, and so how many to collect for the next.
   */
  write(clock: { now(): number }): void {
    const bytes = this.#memory.subarray(0, this.#length)
    const started = clock.now()
    if (this.#access?.write(bytes, { at: this.#at }) !== bytes.length) {
      throw new TransferError('out_of_space', 'the disk is full')
    }
    const took = clock.now() - started
    if (took > SLOW_WRITE_MS) this.#worth = Math.min(this.#worth * 2, MAX_BLOCKS)
    else if (took < SLOW_WRITE_MS / 4) this.#worth = Math.max(this.#worth / 2, 1)
    this.clear()
  }

  /** Forgets what is here. */
  clear(): void {
    this.#length = 0
    this.#blocks = 0
  }
}
