/**
 * How fast one connection over a long line is given content. Left to itself, a browser's SCTP sends all that its
 * window allows in one burst, the other browser's UDP socket (128 KiB, which some 57 packets fill) overflows, and on a
 * long line the window takes seconds to grow again after each loss. So content is handed over in small pieces, spread
 * over the round trip, and never while the last one still waits. Used by `LaneWriter`.
 */

/** Bytes in a round trip, at first, at least and at most. */
const FIRST_WINDOW_BYTES = 64 * 1024
const LEAST_WINDOW_BYTES = 32 * 1024
const MOST_WINDOW_BYTES = 256 * 1024
/** Bytes by which it grows in a round trip in which the line took all that it was given. */
const GROWTH_BYTES = 8 * 1024
/** What is left of it after a round trip for most of which the line took nothing more. */
const SHRINKING = 0.8
/** Bytes that may wait in the browser before more is handed over. */
const MOST_QUEUED_BYTES = 16 * 1024
/** Bytes that may be handed over at once after a time of waiting. */
const MOST_AT_ONCE_BYTES = 32 * 1024

/** The pace of one connection. Times are in milliseconds of any clock that only goes forward. */
export class Pace {
  #roundTripMs: number
  #window = FIRST_WINDOW_BYTES
  /** Bytes that may be handed over by `#at`. */
  #allowed = 0
  #at: number
  /** When this round trip began, and how long the line took nothing in it. */
  #turn: number
  #heldMs = 0

  constructor(roundTripMs: number, now: number) {
    this.#roundTripMs = roundTripMs
    this.#at = now
    this.#turn = now
  }

  /** The line turned out shorter or longer. */
  set roundTripMs(roundTripMs: number) {
    this.#roundTripMs = roundTripMs
  }

  /** Whether `bytes` may be handed over now, with `queued` bytes that have not left yet. */
  allows(bytes: number, queued: number, now: number): boolean {
    const passed = now - this.#at
    const held = queued > MOST_QUEUED_BYTES
    this.#at = now
    if (held) this.#heldMs += passed
    this.#allowed = Math.min(
      this.#allowed + (this.#window / this.#roundTripMs) * passed,
      MOST_AT_ONCE_BYTES,
    )
    if (now - this.#turn >= this.#roundTripMs) this.#fit(now)
    return !held && this.#allowed >= bytes
  }

  /** So many bytes were handed over. */
  give(bytes: number): void {
    this.#allowed -= bytes
  }

  /** Fits the window to the round trip that is over. */
  #fit(now: number): void {
    const share = this.#heldMs / (now - this.#turn)
    if (share > 0.5) this.#window *= SHRINKING
    else if (share < 0.1) this.#window += GROWTH_BYTES
    this.#window = Math.min(Math.max(this.#window, LEAST_WINDOW_BYTES), MOST_WINDOW_BYTES)
    this.#turn = now
    this.#heldMs = 0
  }
}
