/** A value that can be watched, in the form that React's `useSyncExternalStore` reads. */

/** Holds one immutable value; whoever subscribed is told when it was replaced. */
export class Store<T extends object> {
  readonly #listeners = new Set<() => void>()
  #value: T

  constructor(value: T) {
    this.#value = value
  }

  /** The value now: the same object until something changes. */
  readonly getSnapshot = (): T => this.#value

  /** Calls `listener` after every change, until the returned function is called. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Replaces the named fields. */
  set(fields: Partial<T>): void {
    this.#value = { ...this.#value, ...fields }
    for (const listener of [...this.#listeners]) listener()
  }
}
