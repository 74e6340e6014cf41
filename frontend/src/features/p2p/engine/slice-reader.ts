/**
 * Has files read and hashed in a worker, so that the page stays smooth, and in the page where there are no workers. One
 * serves all files. Used by `FileSource`.
 */
import { TransferError } from './failure'
import { readSlice, type Slice } from './slice'

/** What the worker is asked for: `[at, end)` of a file. */
export interface SliceCall {
  readonly call: number
  readonly file: Blob
  readonly at: number
  readonly end: number
}

/** Its answer; no slice where the file could not be read. */
export interface SliceAnswer {
  readonly call: number
  readonly slice: Slice | undefined
}

/** Reads slices of files. */
export class SliceReader {
  readonly #worker: Worker | undefined
  readonly #waiting = new Map<number, (slice: Slice | undefined) => void>()
  #calls = 0

  constructor() {
    if (typeof Worker === 'undefined') return
    const worker = new Worker(new URL('./slice.worker.ts', import.meta.url), { type: 'module' })
    worker.addEventListener('message', ({ data: { call, slice } }: MessageEvent<SliceAnswer>) => {
      this.#waiting.get(call)?.(slice)
      this.#waiting.delete(call)
    })
    worker.addEventListener('error', () => {
      // The script itself failed: no answer will come to any call.
      for (const fail of this.#waiting.values()) fail(undefined)
      this.#waiting.clear()
    })
    this.#worker = worker
  }

  /** `[at, end)` of a file, beginning with a block. Throws `unreadable`. */
  async read(file: Blob, at: number, end: number): Promise<Slice> {
    const slice = await (this.#worker
      ? this.#ask(this.#worker, { call: (this.#calls += 1), file, at, end })
      : readSlice(file, at, end).catch(() => undefined))
    if (slice) return slice
    throw new TransferError('unreadable', 'a file could not be read')
  }

  #ask(worker: Worker, call: SliceCall): Promise<Slice | undefined> {
    return new Promise((resolve) => {
      this.#waiting.set(call.call, resolve)
      worker.postMessage(call)
    })
  }
}

let shared: SliceReader | undefined

/** The page's own, made when it is first wanted. */
export function sliceReader(): SliceReader {
  return (shared ??= new SliceReader())
}
