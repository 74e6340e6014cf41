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
  /** Does the work once it is this tab's turn at an upload. Throws what that does, or what the signal was aborted with. */
  inTurn<T>(session: string, options: TurnOptions, work: () => Promise<T>): Promise<T>
}

/** This browser's. */
export const browserTurns: Turns = {
  async inTurn(session, { onElsewhere, signal }, work) {
    // Over plain HTTP on a local network tabs know nothing of each other.
    if (!(navigator as Partial<Navigator>).locks) return work()
    const name = `sharesync-upload-turn-${session}`
    const atOnce = await navigator.locks.request(name, { ifAvailable: true }, async (lock) =>
      lock ? { done: await work() } : null,
    )
    if (atOnce) return atOnce.done
    onElsewhere(true)
    return navigator.locks.request(name, { signal }, () => {
      onElsewhere(false)
      return work()
    })
  },
}
