/**
 * Counts the content bytes of a transfer by the path they took, for as long as this page lives: what was there from
 * before is not counted. `TransferState` keeps it; the transfer says what is written, `Member` by which way.
 */
import { type Path } from './connection'

/** Content bytes by path. */
export type PathBytes = Readonly<Record<Path, number>>

/** One connection, or a part of its life. */
interface Way {
  /** Undefined while it is not known. */
  path: Path | undefined
  /** Content bytes that took it. */
  bytes: number
}

/** The bytes of one transfer. */
export class PathTally {
  readonly #passed: Record<Path, number> = { direct: 0, turn: 0, relay: 0 }
  /** The connection there is. */
  #newest: Way = { path: undefined, bytes: 0 }
  /** The one by which content came last: another, until it has begun on the newest. */
  #used: Way | undefined
  /** Content bytes that were written when it was told last. */
  #written = 0

  /** There is a connection, in place of the one before. */
  connected(): void {
    this.#newest = { path: undefined, bytes: 0 }
  }

  /** How the connection runs, or runs from now on. */
  runs(path: Path): void {
    if (this.#newest.path !== path) this.#settle(this.#newest)
    this.#newest.path = path
  }

  /** Content begins to move over the connection, and so many bytes are written by then. */
  begin(written: number): void {
    // Of the connection before, it is only known now what arrived at last.
    if (this.#used) this.written(written)
    this.#written = written
    if (this.#used === this.#newest) return
    if (this.#used) this.#settle(this.#used)
    this.#used = this.#newest
  }

  /** So many bytes are written. */
  written(written: number): void {
    if (!this.#used) return
    // Less than before, where the other side has lost some: what is sent once more passes once more.
    this.#used.bytes += Math.max(written - this.#written, 0)
    this.#written = written
  }

  /** Whether the path is known of everything. */
  get settled(): boolean {
    return !this.#used || this.#used.bytes === 0 || this.#used.path !== undefined
  }

  /** What has passed so far; without that whose path is not known. */
  bytes(): PathBytes {
    const { path, bytes } = this.#used ?? this.#newest
    return path === undefined
      ? { ...this.#passed }
      : { ...this.#passed, [path]: this.#passed[path] + bytes }
  }

  /** Adds what took a way whose path is known. */
  #settle(way: Way): void {
    if (way.path === undefined) return
    this.#passed[way.path] += way.bytes
    way.bytes = 0
  }
}
