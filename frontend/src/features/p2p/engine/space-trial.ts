/** Tries how long a file may get. Used by the worker behind `measureSpace`. */
import { isOutOfSpace } from './failure'

/** What a file is made longer and shorter through. */
export interface Stretchable {
  truncate(bytes: number): void
}

/** To how exact a share of what is needed the answer is, as a power of two. */
const STEPS = 10

/**
 * How many of `needed` bytes the file may have, from below; it is empty afterwards. A file that is made longer and
 * not written takes no time, and on most disks no space; but the browser's limits hold for it.
 */
export function longest(file: Stretchable, needed: number): number {
  try {
    if (mayBe(file, needed)) return needed
    let [fits, tooLong] = [0, needed]
    for (let step = 0; step < STEPS; step += 1) {
      const middle = Math.floor((fits + tooLong) / 2)
      if (mayBe(file, middle)) fits = middle
      else tooLong = middle
    }
    return fits
  } finally {
    file.truncate(0)
  }
}

function mayBe(file: Stretchable, bytes: number): boolean {
  try {
    file.truncate(bytes)
    return true
  } catch (error) {
    if (isOutOfSpace(error)) return false
    throw error
  }
}
