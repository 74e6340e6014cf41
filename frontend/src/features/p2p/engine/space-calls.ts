/** What `measureSpace` asks of its worker, and what comes back. */

export interface SpaceQuestion {
  /** Bytes. */
  readonly needed: number
}

export interface SpaceAnswer {
  /** How many of them the browser would keep; undefined where that cannot be tried. */
  readonly granted: number | undefined
}
