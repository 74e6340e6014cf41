/** Measures how fast something goes, from how far it has got. Used by the upload queue. */

/** How far back the speed looks, in milliseconds: long enough to be calm, short enough to be true. */
const WINDOW = 4000

/** Averages over the last few seconds. */
export class SpeedMeter {
  readonly #samples: { at: number; bytes: number }[] = []

  /** Notes that `bytes` in all have gone by the time `at` (milliseconds on any one clock). */
  add(bytes: number, at: number): void {
    this.#samples.push({ at, bytes })
    // One sample from before the window stays: the speed since then is what is asked for.
    while ((this.#samples[1]?.at ?? Infinity) <= at - WINDOW) this.#samples.shift()
  }

  /** Bytes a second; `null` until there is enough to tell. */
  get speed(): number | null {
    const first = this.#samples[0]
    const last = this.#samples.at(-1)
    if (!first || !last || last.at - first.at < 250) return null
    return ((last.bytes - first.bytes) * 1000) / (last.at - first.at)
  }
}
