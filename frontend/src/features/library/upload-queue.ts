/**
 * The files on their way into the library: which wait, which move, what became of each. Knows no
 * page; uploads.ts makes the one that the pages share.
 */
import { ProblemError } from '@/api/problem'
import type { UploadedFile } from '@/api/types'
import { problemWords } from '@/lib/problem-words'
import { SpeedMeter } from './speed-meter'

/** How many files move at the same time: one alone would leave gaps between small ones. */
const AT_ONCE = 2

/**
 * What has become of a file. `storing`: all sent, and the server has yet to say that it is kept.
 * `final`: sending the same file again would fail again.
 */
export type UploadState =
  | { is: 'waiting' }
  | { is: 'sending' }
  | { is: 'storing' }
  | { is: 'cancelled' }
  | { is: 'failed'; words: string; final: boolean }
  | { is: 'done'; file: UploadedFile }

/** One file of the queue, as it is now; a change makes a new one. */
export interface Upload {
  readonly key: number
  readonly name: string
  /** Bytes. */
  readonly size: number
  /** Whether it is handed in to the operators, besides being kept. */
  readonly handIn: boolean
  readonly state: UploadState
  /** Bytes that have gone. */
  readonly sent: number
  /** Bytes a second, once that can be told. */
  readonly speed: number | null
}

/** Sends one file; throws `ProblemError`, or whatever the signal was aborted with. */
export type SendFile = (
  file: File,
  options: { handIn: boolean; onProgress: (sent: number) => void; signal: AbortSignal },
) => Promise<UploadedFile>

interface Job {
  file: File
  abort: AbortController
  meter: SpeedMeter
}

/** Files in the order they were added, and their fates. */
export class UploadQueue {
  #uploads: readonly Upload[] = []
  readonly #jobs = new Map<number, Job>()
  readonly #watchers = new Set<() => void>()
  #nextKey = 1

  readonly #send: SendFile
  readonly #now: () => number

  /** `now`: milliseconds on a clock that only moves forward. */
  constructor(send: SendFile, now: () => number) {
    this.#send = send
    this.#now = now
  }

  /** The files as they are now: the same list until something changes. */
  get uploads(): readonly Upload[] {
    return this.#uploads
  }

  /** Calls `watcher` after every change; returns what stops that. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  /**
   * Adds files, to be handed in to the operators as well where that is wanted. One that is empty, or larger than
   * `maxSize` bytes, fails without being sent.
   */
  add(
    files: readonly File[],
    maxSize: number | undefined,
    { handIn }: { handIn: boolean } = { handIn: false },
  ): void {
    for (const file of files) {
      const key = this.#nextKey
      this.#nextKey += 1
      this.#jobs.set(key, { file, abort: new AbortController(), meter: new SpeedMeter() })
      const words = refusal(file, maxSize)
      const state: UploadState = words ? { is: 'failed', words, final: true } : { is: 'waiting' }
      const { name, size } = file
      const upload: Upload = { key, name, size, handIn, state, sent: 0, speed: null }
      this.#uploads = [...this.#uploads, upload]
    }
    this.#changed()
    this.#startWaiting()
  }

  /** Stops a file that has not arrived yet. */
  cancel(key: number): void {
    const upload = this.#find(key)
    if (!upload || !isUnderWay(upload)) return
    this.#update(key, { state: { is: 'cancelled' }, speed: null })
    this.#jobs.get(key)?.abort.abort()
    this.#startWaiting()
  }

  /** Sends a file again that was cancelled, or failed and may not the next time. */
  retry(key: number): void {
    const job = this.#jobs.get(key)
    const upload = this.#find(key)
    if (!job || !upload || !canRetry(upload)) return
    job.abort = new AbortController()
    job.meter = new SpeedMeter()
    this.#update(key, { state: { is: 'waiting' }, sent: 0, speed: null })
    this.#startWaiting()
  }

  /** Takes everything off the list that is not under way. */
  clearFinished(): void {
    this.#keepOnly(isUnderWay)
  }

  /** Stops everything and forgets it: whoever added it has signed out. */
  reset(): void {
    for (const job of this.#jobs.values()) job.abort.abort()
    this.#keepOnly(() => false)
  }

  #keepOnly(wanted: (upload: Upload) => boolean): void {
    for (const upload of this.#uploads) if (!wanted(upload)) this.#jobs.delete(upload.key)
    this.#uploads = this.#uploads.filter(wanted)
    this.#changed()
  }

  #startWaiting(): void {
    const moving = this.#uploads.filter(({ state: { is } }) => is === 'sending' || is === 'storing')
    const waiting = this.#uploads.filter(({ state }) => state.is === 'waiting')
    for (const upload of waiting.slice(0, Math.max(0, AT_ONCE - moving.length))) {
      void this.#run(upload.key)
    }
  }

  async #run(key: number): Promise<void> {
    const job = this.#jobs.get(key)
    const upload = this.#find(key)
    if (!job || !upload) return
    const { handIn } = upload
    const { signal } = job.abort
    // A cancelled attempt must not speak for the one that follows it.
    const current = () => !signal.aborted
    this.#update(key, { state: { is: 'sending' } })
    job.meter.add(0, this.#now())
    const onProgress = (sent: number) => {
      if (current()) this.#progress(key, job, sent)
    }
    try {
      const file = await this.#send(job.file, { handIn, onProgress, signal })
      if (current()) this.#finish(key, { state: { is: 'done', file }, sent: job.file.size })
    } catch (error) {
      const words = problemWords(error, { size: job.file.size })
      if (current()) this.#finish(key, { state: { is: 'failed', words, final: isFinal(error) } })
    }
  }

  #progress(key: number, job: Job, sent: number): void {
    job.meter.add(sent, this.#now())
    const arrived = sent >= job.file.size
    this.#update(key, {
      sent,
      speed: arrived ? null : job.meter.speed,
      state: { is: arrived ? 'storing' : 'sending' },
    })
  }

  #finish(key: number, end: Partial<Upload>): void {
    this.#update(key, { ...end, speed: null })
    this.#startWaiting()
  }

  #find(key: number): Upload | undefined {
    return this.#uploads.find((upload) => upload.key === key)
  }

  #update(key: number, change: Partial<Upload>): void {
    this.#uploads = this.#uploads.map((upload) =>
      upload.key === key ? { ...upload, ...change } : upload,
    )
    this.#changed()
  }

  #changed(): void {
    for (const watcher of this.#watchers) watcher()
  }
}

/** Whether a file may still arrive. */
export function isUnderWay({ state: { is } }: Upload): boolean {
  return is === 'waiting' || is === 'sending' || is === 'storing'
}

/** Whether sending it again may help. */
export function canRetry({ state }: Upload): boolean {
  return state.is === 'cancelled' || (state.is === 'failed' && !state.final)
}

/** Whether it was the file itself that was refused. */
function isFinal(error: unknown): boolean {
  return error instanceof ProblemError && [413, 415, 422].includes(error.status)
}

/** Why a file need not even be tried. */
function refusal(file: File, maxSize: number | undefined): string | undefined {
  const code =
    file.size === 0
      ? 'empty_file'
      : maxSize !== undefined && file.size > maxSize
        ? 'too_large'
        : null
  if (!code) return undefined
  const status = code === 'too_large' ? 413 : 422
  const problem = {
    type: 'about:blank',
    title: '',
    status,
    detail: '',
    code,
    limit: maxSize ?? null,
  } as const
  return problemWords(new ProblemError(status, problem), { size: file.size })
}
