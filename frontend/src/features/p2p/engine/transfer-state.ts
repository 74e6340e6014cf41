/**
 * Where a transfer stands: the typed state machine that both ends keep and that the page draws.
 * `FileSender` and `FileReceiver` write it.
 */
import { type Failure } from './failure'
import { Meter } from './meter'
import { PathTally } from './path-tally'
import { Store } from './store'

/** The stages of a transfer with one peer, in the order they are gone through. */
export type Stage =
  /** The connection is being made. */
  | 'connecting'
  /** Connected, and nothing has been offered yet. */
  | 'connected'
  /** Offered, and not yet answered. */
  | 'offered'
  /** Content is on its way. */
  | 'moving'
  /** All content is written; the last digests are being compared. */
  | 'checking'
  /** Every accepted file is there and proven to be the same. */
  | 'verified'
  | 'declined'
  | 'cancelled'
  | 'failed'

/** A file of a transfer. */
export interface TransferFile {
  /** Its number in the offer. */
  readonly number: number
  readonly name: string
  /** The folders it is in, with `/` between them; absent outside of any. */
  readonly path?: string
  /** Bytes. */
  readonly size: number
  /** Bytes of the files before it. */
  readonly start: number
}

/** A transfer with one peer, at one moment. */
export interface TransferSnapshot {
  readonly stage: Stage
  /** Present when the stage is `failed`. */
  readonly failure: Failure | undefined
  /** Whether the receiver has accepted. */
  readonly accepted: boolean
  /** The connection is gone and being made again. */
  readonly interrupted: boolean
  /** Who has paused it: this side, the other, both or neither. */
  readonly paused: { readonly here: boolean; readonly there: boolean }
  /** Offered files until some are accepted, then those. */
  readonly files: readonly TransferFile[]
  /** Bytes of all `files`. */
  readonly total: number
  /** Content bytes that the receiver has checked and written. Files are written nearly in order. */
  readonly written: number
  /** How many of `files`, from the first, are verified. */
  readonly verified: number
  /** Bytes a second. */
  readonly rate: number
  /** Seconds to go, once they can be known. */
  readonly remaining: number | undefined
}

/**
 * How often progress is told to whoever watches, in milliseconds. Every update is drawn, and where there is
 * no graphics card drawing takes the time that moving needs.
 */
const PROGRESS_EVERY_MS = 1000

const ENDED: ReadonlySet<Stage> = new Set(['verified', 'declined', 'cancelled', 'failed'])

/** Whether nothing more will happen. */
export function hasEnded({ stage }: Pick<TransferSnapshot, 'stage'>): boolean {
  return ENDED.has(stage)
}

/** The state of one transfer. */
export class TransferState {
  readonly #store = new Store<TransferSnapshot>({
    stage: 'connecting',
    failure: undefined,
    accepted: false,
    interrupted: false,
    paused: { here: false, there: false },
    files: [],
    total: 0,
    written: 0,
    verified: 0,
    rate: 0,
    remaining: undefined,
  })
  readonly #meter = new Meter()
  /** By which paths content came, or went. */
  readonly tally = new PathTally()
  #written = 0
  #verified = 0
  #ticking: ReturnType<typeof setInterval> | undefined

  readonly getSnapshot = this.#store.getSnapshot
  readonly subscribe = this.#store.subscribe

  get stage(): Stage {
    return this.getSnapshot().stage
  }

  /** Nothing more will happen. */
  get ended(): boolean {
    return hasEnded(this)
  }

  /** Goes on to a stage that is not a failure. */
  advance(stage: Exclude<Stage, 'failed'>): void {
    const accepted = stage === 'moving' || this.getSnapshot().accepted
    this.#store.set({ stage, accepted, interrupted: false, ...this.#progress() })
    if (stage === 'moving') {
      clearInterval(this.#ticking)
      this.#ticking = setInterval(() => this.#store.set(this.#progress()), PROGRESS_EVERY_MS)
    }
    if (this.ended) clearInterval(this.#ticking)
  }

  /** Ends it for a reason. */
  fail(failure: Failure): void {
    clearInterval(this.#ticking)
    this.#store.set({ stage: 'failed', failure, interrupted: false, ...this.#progress() })
  }

  /** Sets the files that are offered, or later those that were accepted. */
  setFiles(files: readonly TransferFile[]): void {
    const last = files.at(-1)
    this.#store.set({ files, total: last ? last.start + last.size : 0 })
  }

  /** Notes how much is written; whoever watches sees it at the next tick or stage. */
  setWritten(written: number): void {
    this.#written = written
    this.tally.written(written)
  }

  /** Notes how many files, from the first, are verified; seen at the next tick or stage. */
  setVerified(files: number): void {
    this.#verified = Math.max(this.#verified, files)
  }

  /** Notes that the connection is gone, or there again. */
  setInterrupted(interrupted: boolean): void {
    this.#store.set({ interrupted })
  }

  /** Notes who pauses or goes on. */
  setPaused(paused: Partial<TransferSnapshot['paused']>): void {
    this.#store.set({ paused: { ...this.getSnapshot().paused, ...paused } })
  }

  #progress(): Pick<TransferSnapshot, 'written' | 'verified' | 'rate' | 'remaining'> {
    this.#meter.note(this.#written, performance.now())
    const remaining = this.#meter.remaining(this.getSnapshot().total)
    return {
      written: this.#written,
      verified: this.#verified,
      rate: this.#meter.rate(),
      remaining,
    }
  }
}

/** Numbers files as they stand in an offer, or keeps the numbers given, and lays them end to end. */
export function layOut(files: readonly Omit<TransferFile, 'start'>[]): TransferFile[] {
  let start = 0
  return files.map(({ number, name, path, size }) => {
    const file = { number, name, ...(path !== undefined && { path }), size, start }
    start += size
    return file
  })
}
