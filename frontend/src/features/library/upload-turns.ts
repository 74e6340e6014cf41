/**
 * Turns at uploads: the tabs of a browser send one at a time, or every part would go once from each. Who has the turn
 * holds a lock, which goes with its page. Used by send-file.ts.
 */

/** How a turn is waited for. */
export interface TurnOptions {
  /** Called with `true` where another tab has it, and with `false` once this one has. */
  readonly onElsewhere: (elsewhere: boolean) => void
  readonly signal: AbortSignal
}

/** Where turns are taken. */
export interface Turns {
  /** Waits for the turn at an upload; what it resolves to gives it back. Throws what the signal was aborted with. */
  take(session: string, options: TurnOptions): Promise<() => void>
}

/** This browser's. */
export const browserTurns: Turns = {
  async take(session, { onElsewhere, signal }) {
    // Over plain HTTP on a local network tabs know nothing of each other.
    if (!(navigator as Partial<Navigator>).locks) return () => undefined
    const free = await granted(session, { ifAvailable: true })
    if (free) return free
    onElsewhere(true)
    const turn = await granted(session, { signal })
    onElsewhere(false)
    return turn ?? (() => undefined)
  },
}

/** What gives it back; `null` where another has it, and it is not waited for. */
function granted(session: string, options: LockOptions): Promise<(() => void) | null> {
  return new Promise((resolve, reject) => {
    const held = (lock: Lock | null) => {
      if (lock) return new Promise<void>((release) => resolve(() => release()))
      resolve(null)
      return undefined
    }
    navigator.locks.request(`sharesync-upload-turn-${session}`, options, held).catch(reject)
  })
}
