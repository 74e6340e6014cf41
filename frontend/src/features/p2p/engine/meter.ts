/** How fast a transfer goes and how long it will still take. Used by `TransferState`. */

/** Over how long the speed is smoothed, in milliseconds: long enough to be read, short enough to be true. */
const WINDOW_MS = 3000

interface Sample {
  readonly at: number
  readonly bytes: number
}

/** Measures speed over the last three seconds from readings of a running total. */
export class Meter {
  #samples: Sample[] = []

  /** Notes that `bytes` in all had passed at `at` (milliseconds on any steady clock). */
  note(bytes: number, at: number): void {
    this.#samples.push({ at, bytes })
    // Keep one sample older than the window, so that the window is always full.
    while ((this.#samples[1]?.at ?? Infinity) <= at - WINDOW_MS) this.#samples.shift()
  }

  /** Bytes a second; 0 until two readings are there. */
  rate(): number {
    const first = this.#samples[0]
    const last = this.#samples.at(-1)
    if (!first || !last || last.at <= first.at) return 0
    return ((last.bytes - first.bytes) / (last.at - first.at)) * 1000
  }

  /** Seconds until `total` is reached at this speed; undefined while nobody can know. */
  remaining(total: number): number | undefined {
    const rate = this.rate()
    const last = this.#samples.at(-1)
    return rate > 0 && last ? Math.max(0, total - last.bytes) / rate : undefined
  }
}
