/** Randomness that tests know beforehand. */
import type { RandomBytes } from './randomness'

/** Counts upwards from `first`, byte by byte, and never stops. */
export function countingRandom(first = 0): RandomBytes {
  let next = first
  return (length) => Uint8Array.from({ length }, () => next++ % 256)
}

/** Gives these bytes, in pieces of whatever length is asked for, and then no more. */
export function fixedRandom(bytes: Uint8Array): RandomBytes {
  let at = 0
  return (length) => {
    if (at + length > bytes.length) throw new Error('no randomness left')
    at += length
    return new Uint8Array(bytes.subarray(at - length, at))
  }
}
