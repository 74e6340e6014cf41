/** Which blocks of one file are there. Kept by `ReceivedContent`, told to the sender as ranges. */
import { BLOCK_BYTES } from './protocol'

/** Blocks that follow each other: the first's number, and how many. */
export type BlockRange = [first: number, count: number]

/** How many blocks a file of so many bytes has. */
export function blocksIn(size: number): number {
  return Math.ceil(size / BLOCK_BYTES)
}

/** Bytes of one block of a file of `size` bytes. */
export function blockLength(size: number, block: number): number {
  return Math.min(BLOCK_BYTES, size - block * BLOCK_BYTES)
}

/** A set of block numbers, one bit each. */
export class BlockMap {
  readonly blocks: number
  readonly #bits: Uint8Array
  #count = 0

  /** An empty map of a file with so many blocks. */
  constructor(blocks: number) {
    this.blocks = blocks
    this.#bits = new Uint8Array(Math.ceil(blocks / 8))
  }

  /** How many are there. */
  get count(): number {
    return this.#count
  }

  get complete(): boolean {
    return this.#count === this.blocks
  }

  has(block: number): boolean {
    return ((this.#bits[block >> 3] ?? 0) & (1 << (block & 7))) !== 0
  }

  add(block: number): void {
    if (this.has(block) || block >= this.blocks) return
    this.#bits[block >> 3] = (this.#bits[block >> 3] ?? 0) | (1 << (block & 7))
    this.#count += 1
  }

  delete(block: number): void {
    if (!this.has(block)) return
    this.#bits[block >> 3] = (this.#bits[block >> 3] ?? 0) & ~(1 << (block & 7))
    this.#count -= 1
  }

  addRange([first, count]: BlockRange): void {
    for (let block = first; block < first + count; block += 1) this.add(block)
  }

  /** What is there, as ascending ranges that do not touch. */
  ranges(): BlockRange[] {
    const ranges: [number, number][] = []
    for (let block = 0; block < this.blocks; block += 1) {
      if (!this.has(block)) continue
      const last = ranges.at(-1)
      if (last && last[0] + last[1] === block) last[1] += 1
      else ranges.push([block, 1])
    }
    return ranges
  }
}
