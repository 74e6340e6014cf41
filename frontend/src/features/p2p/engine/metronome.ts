/**
 * Wakes those who spread their work over milliseconds, also while the page is hidden, when a page's own timers go
 * off once a second. Used by `LaneWriter`.
 */
import { Gate } from './gate'

/** Time between two ticks, in milliseconds: the least that browsers' timers give. */
const TICK_MS = 4

/** Ticks for as long as somebody waits. */
export class Metronome {
  readonly #tick = new Gate()
  readonly #ask: (milliseconds: number) => void
  #asked = false

  constructor() {
    const tick = () => {
      this.#asked = false
      this.#tick.open()
    }
    if (typeof Worker === 'undefined') {
      this.#ask = (milliseconds) => setTimeout(tick, milliseconds)
      return
    }
    const worker = new Worker(new URL('./metronome.worker.ts', import.meta.url), { type: 'module' })
    worker.addEventListener('message', tick)
    this.#ask = (milliseconds) => worker.postMessage(milliseconds)
  }

  /** Resolves at the next tick. */
  next(): Promise<void> {
    if (!this.#asked) {
      this.#asked = true
      this.#ask(TICK_MS)
    }
    return this.#tick.wait()
  }
}

let shared: Metronome | undefined

/** The page's own, made when it is first wanted. */
export function metronome(): Metronome {
  return (shared ??= new Metronome())
}
