/** What this page knows of a file request. Used by the request's page, and by what sends to it. */
import type { FileRequestPublic } from '@/api/types'

/** A request as the server told of it. */
export interface Told {
  readonly request: FileRequestPublic
  /** How many files had gone from here by then. */
  readonly sentBefore: number
}

/** One with a password, as that has shown it. */
export interface Unlocked extends Told {
  /** Begins uploads in place of the password. */
  readonly pass: string
}

/** A request behind its password, once that was given here. */
export class RequestAccess {
  #unlocked: Unlocked | null = null
  readonly #watchers = new Set<() => void>()

  get unlocked(): Unlocked | null {
    return this.#unlocked
  }

  /** Notes what the password has shown; `null` where it is good for nothing any more. */
  set(unlocked: Unlocked | null): void {
    this.#unlocked = unlocked
    for (const watcher of this.#watchers) watcher()
  }

  /** Calls `watcher` after every change; returns what stops that. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }
}
