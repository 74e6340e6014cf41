/** Lets a loop sleep until something has changed. Used by the sender for credit and back-pressure. */

/** Everyone who waits goes on at the next `open`, and then looks for themselves. */
export class Gate {
  #waiting: (() => void)[] = []

  /** Resolves at the next `open`. */
  wait(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  /** Wakes everyone. */
  open(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const wake of waiting) wake()
  }
}
