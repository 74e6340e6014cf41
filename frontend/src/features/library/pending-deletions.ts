/**
 * Files that were deleted and can still be brought back: hidden at once, removed from the server
 * when the time for Undo is over, or when the page is left. Knows no page; used by the library.
 */

/** Removes a file for good; throws when that failed. `last`: the page is going away. */
export type RemoveFile = (id: string, last: boolean) => Promise<void>

/** The files that are hidden for now, or about to be gone. */
export class PendingDeletions {
  /** Hidden: undecided, being removed, or removed. */
  #hidden: ReadonlySet<string> = new Set()
  readonly #undecided = new Set<string>()
  readonly #watchers = new Set<() => void>()

  readonly #remove: RemoveFile

  constructor(remove: RemoveFile) {
    this.#remove = remove
  }

  /** What not to show: the same set until something changes. */
  get hidden(): ReadonlySet<string> {
    return this.#hidden
  }

  /** Calls `watcher` after every change; returns what stops that. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  /** Hides files. */
  add(ids: readonly string[]): void {
    for (const id of ids) this.#undecided.add(id)
    this.#hide(new Set([...this.#hidden, ...ids]))
  }

  /** Brings files back, as far as they are undecided. */
  undo(ids: readonly string[]): void {
    this.#show(ids.filter((id) => this.#undecided.delete(id)))
  }

  /**
   * Removes what of these is undecided. What could not be removed is shown again, and the first
   * failure thrown once all were tried.
   */
  async commit(ids: readonly string[], last = false): Promise<void> {
    const decided = ids.filter((id) => this.#undecided.delete(id))
    const results = await Promise.allSettled(decided.map((id) => this.#remove(id, last)))
    const kept = decided.filter((_, index) => results[index]?.status === 'rejected')
    if (kept.length === 0) return
    this.#show(kept)
    const failure = results.find((result) => result.status === 'rejected')
    throw failure?.reason
  }

  /** Removes all that is undecided: the page is going away. */
  async commitAll(): Promise<void> {
    await this.commit([...this.#undecided], true)
  }

  #show(ids: readonly string[]): void {
    this.#hide(new Set([...this.#hidden].filter((id) => !ids.includes(id))))
  }

  #hide(hidden: ReadonlySet<string>): void {
    this.#hidden = hidden
    for (const watcher of this.#watchers) watcher()
  }
}
