/**
 * The files on their way into the library: which wait, which move, what became of each. Knows no
 * page; uploads.ts makes the one that the pages share.
 */
import { ProblemError } from '@/api/problem'
import type { UploadedFile, UploadSession } from '@/api/types'
import { problemWords } from '@/lib/problem-words'
import { SpeedMeter } from './speed-meter'
import { refusal, type UploadLimits } from './upload-limits'
import type { Kept, UploadMemory } from './upload-memory'

/** How many files move at the same time: one alone would leave gaps between small ones. */
const AT_ONCE = 2

/**
 * What has become of a file. `stalled`: the server cannot be reached, and is tried again. `elsewhere`: another tab sends it.
 * `storing`: all sent, and the server has yet to say that it is kept. `final`: sending the same file again would fail again.
 */
export type UploadState =
  | { is: 'waiting' }
  | { is: 'sending' }
  | { is: 'stalled' }
  | { is: 'elsewhere' }
  | { is: 'storing' }
  | { is: 'cancelled' }
  | { is: 'failed'; words: string; final: boolean }
  | { is: 'done'; file: UploadedFile }

/** Where a file is to lie. */
export interface Goal {
  /** A folder of the library; `null` for none. */
  readonly folderId: string | null
  /** Folders in that one, outermost first, with `/` between them; what is missing of them is made. */
  readonly path: string
}

/** One file of the queue, as it is now; a change makes a new one. */
export interface Upload {
  readonly key: number
  readonly name: string
  /** Bytes. */
  readonly size: number
  /** Whether it is handed in to the operators, besides being kept. */
  readonly handIn: boolean
  readonly goal: Goal
  /** The server's name for the upload, once it is begun. */
  readonly session: string | null
  /** Whether it goes on by itself after a reload. */
  readonly kept: boolean
  readonly state: UploadState
  /** Bytes that have gone. */
  readonly sent: number
  /** Bytes a second, once that can be told. */
  readonly speed: number | null
}

/** How a file is sent. */
export interface SendOptions {
  readonly handIn: boolean
  readonly goal: Goal
  /** The server's name for the upload, where it was begun already. */
  readonly session: string | null
  /** Called with that name, and how many bytes are there already; again where these have become fewer. */
  readonly onBegun: (session: string, there: number) => void
  /** Called with how many bytes have gone. */
  readonly onProgress: (sent: number) => void
  readonly onStalled: (stalled: boolean) => void
  /** Called with `true` where another tab sends it, and with `false` once this one may. */
  readonly onElsewhere: (elsewhere: boolean) => void
  readonly signal: AbortSignal
}

/** What sends files. */
export interface Sender {
  /** Sends one; throws `ProblemError`, or whatever the signal was aborted with. */
  send(file: File, options: SendOptions): Promise<UploadedFile>
  /** Has the server forget an upload that was begun. */
  discard(session: string): void
}

/** What is asked of files that are added. */
export interface AddOptions {
  readonly handIn?: boolean | undefined
  /** The folder that they go to; `null` for none. */
  readonly folderId?: string | null | undefined
  /** The folders that they were in, where they were in some, with `/` between them. */
  readonly paths?: ReadonlyMap<File, string> | undefined
  /** Uploads that were begun at another time or place: a file of the same name and size goes on with its. */
  readonly unfinished?: readonly UploadSession[] | undefined
}

interface Job {
  file: File
  abort: AbortController
  meter: SpeedMeter
  kept: Promise<Kept | null>
}

/** Files in the order they were added, and their fates. */
export class UploadQueue {
  #uploads: readonly Upload[] = []
  readonly #jobs = new Map<number, Job>()
  readonly #watchers = new Set<() => void>()
  #nextKey = 1
  /** While it is looked what this browser has remembered. */
  #recalling: Promise<void> | null = null

  readonly #sender: Sender
  readonly #memory: UploadMemory
  readonly #now: () => number

  /** `now`: milliseconds on a clock that only moves forward. */
  constructor(sender: Sender, memory: UploadMemory, now: () => number) {
    this.#sender = sender
    this.#memory = memory
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
   * Adds files, to be handed in to the operators as well where that is wanted. One that is empty, or beyond the
   * limits, fails without being sent. One that failed before goes on where it was. Resolves to those that were
   * not added, for they are on their way already.
   */
  async add(
    files: readonly File[],
    limits: UploadLimits | undefined,
    options: AddOptions = {},
  ): Promise<readonly File[]> {
    // What was remembered is on its way as well.
    if (this.#recalling) await this.#recalling
    const before = this.#uploads
    const moving = files.filter((file) => this.#isMoving(before, file, options))
    for (const file of files) {
      if (moving.includes(file)) continue
      const failed = this.#failedBefore(before, file, goalOf(file, options))
      if (failed) this.#takeUp(failed, file)
      else this.#addNew(file, limits, options)
    }
    this.#changed()
    this.#startWaiting()
    return moving
  }

  #addNew(file: File, limits: UploadLimits | undefined, options: AddOptions): void {
    const { handIn = false, unfinished = [] } = options
    const goal = goalOf(file, options)
    const begun = new Set(this.#uploads.map(({ session }) => session))
    const words = refusal(file, limits)
    const known = unfinished.find(
      ({ id, name, size, part_size: partSize }) =>
        // One without parts is another program's; and a tree may have many that look alike.
        partSize && goal.path === '' && !begun.has(id) && name === file.name && size === file.size,
    )
    this.#append({
      file,
      handIn: known?.hand_in ?? handIn,
      goal,
      session: known?.id ?? null,
      state: words ? { is: 'failed', words, final: true } : { is: 'waiting' },
      kept: words ? null : this.#memory.remember(file, known?.hand_in ?? handIn, goal),
    })
  }

  /** Whether that very file is on its way, and to where it shall go: what is handed in is kept as well. */
  #isMoving(uploads: readonly Upload[], file: File, options: AddOptions): boolean {
    const goal = goalOf(file, options)
    return uploads.some((upload) => {
      const moving = this.#jobs.get(upload.key)?.file
      const isGoingThere = isSameGoal(upload.goal, goal) && (upload.handIn || !options.handIn)
      return isUnderWay(upload) && isSame(moving, file) && isGoingThere
    })
  }

  /** What failed of a file of that name and size that was to go there, and may not the next time, or had been begun. */
  #failedBefore(uploads: readonly Upload[], { name, size }: File, goal: Goal): Upload | undefined {
    return uploads.find(
      (upload) =>
        isSameGoal(upload.goal, goal) &&
        upload.name === name &&
        upload.size === size &&
        // Another file of the same name may have taken it up.
        this.#find(upload.key)?.state === upload.state &&
        upload.state.is === 'failed' &&
        (!upload.state.final || upload.session !== null),
    )
  }

  /** Goes on with one that failed, with the file as it is now. */
  #takeUp({ key, kept, handIn, goal }: Upload, file: File): void {
    const job = this.#jobs.get(key)
    if (!job) return
    if (!kept || !isSame(job.file, file)) {
      this.#forget(key)
      this.#keep(key, this.#memory.remember(file, handIn, goal))
    }
    job.file = file
    this.#again(key, job)
  }

  /** Goes on with what this browser has remembered from before this page was loaded. */
  async goOn(): Promise<void> {
    const recalling = this.#recall()
    this.#recalling = recalling
    await recalling
    if (this.#recalling === recalling) this.#recalling = null
  }

  async #recall(): Promise<void> {
    for (const kept of await this.#memory.recall()) {
      const { file, handIn, goal, session } = kept
      // Where two tabs had the same file there are two copies.
      if (session !== null && this.#uploads.some((upload) => upload.session === session)) {
        void kept.forget()
        continue
      }
      const state: UploadState = { is: 'waiting' }
      this.#append({ file, handIn, goal, session, state, kept: Promise.resolve(kept) })
    }
    this.#changed()
    this.#startWaiting()
  }

  #append(
    added: Pick<Upload, 'handIn' | 'goal' | 'session' | 'state'> & {
      file: File
      kept: Promise<Kept | null> | null
    },
  ): void {
    const { file, handIn, goal, session, state } = added
    const key = this.#nextKey
    this.#nextKey += 1
    const kept = Promise.resolve(null)
    this.#jobs.set(key, { file, abort: new AbortController(), meter: new SpeedMeter(), kept })
    const { name, size } = file
    const moved = { sent: 0, speed: null, kept: false }
    this.#uploads = [...this.#uploads, { key, name, size, handIn, goal, session, state, ...moved }]
    if (added.kept) this.#keep(key, added.kept)
  }

  /** Has a copy of a file, once it is made, be that of an upload. */
  #keep(key: number, copy: Promise<Kept | null>): void {
    const job = this.#jobs.get(key)
    if (!job) return
    job.kept = copy
    void copy.then((kept) => {
      // Another one may be made by now.
      if (!kept || job.kept !== copy) return
      const session = this.#find(key)?.session ?? null
      if (session !== null && kept.session === null) void kept.begun(session)
      this.#update(key, { kept: true })
    })
  }

  /** Stops a file that has not arrived yet. */
  cancel(key: number): void {
    const upload = this.#find(key)
    if (!upload || !isUnderWay(upload)) return
    this.#update(key, { state: { is: 'cancelled' }, session: null, speed: null })
    this.#jobs.get(key)?.abort.abort()
    this.#forget(key)
    // The other tab goes on.
    const isElsewhere = upload.state.is === 'elsewhere'
    if (upload.session !== null && !isElsewhere) this.#sender.discard(upload.session)
    this.#startWaiting()
  }

  /** Sends a file that was cancelled from its beginning again, or goes on with one that failed and may not the next time. */
  retry(key: number): void {
    const job = this.#jobs.get(key)
    const upload = this.#find(key)
    if (!job || !upload || !canRetry(upload)) return
    if (upload.state.is === 'cancelled') {
      this.#keep(key, this.#memory.remember(job.file, upload.handIn, upload.goal))
    }
    this.#again(key, job)
    this.#startWaiting()
  }

  #again(key: number, job: Job): void {
    job.abort = new AbortController()
    job.meter = new SpeedMeter()
    this.#update(key, { state: { is: 'waiting' }, sent: 0, speed: null })
  }

  /** Takes everything off the list that is not under way. */
  clearFinished(): void {
    this.#keepOnly(isUnderWay)
  }

  /** Stops everything and forgets it: whoever added it has signed out. */
  reset(): void {
    for (const job of this.#jobs.values()) job.abort.abort()
    this.#keepOnly(() => false)
    void this.#memory.forgetAll()
  }

  #keepOnly(wanted: (upload: Upload) => boolean): void {
    for (const upload of this.#uploads) {
      if (wanted(upload)) continue
      this.#forget(upload.key)
      this.#jobs.delete(upload.key)
    }
    this.#uploads = this.#uploads.filter(wanted)
    this.#changed()
  }

  #startWaiting(): void {
    const moving = this.#uploads.filter(
      (upload) => isUnderWay(upload) && !['waiting', 'elsewhere'].includes(upload.state.is),
    )
    const waiting = this.#uploads.filter(({ state }) => state.is === 'waiting')
    for (const upload of waiting.slice(0, Math.max(0, AT_ONCE - moving.length))) {
      void this.#run(upload.key)
    }
  }

  async #run(key: number): Promise<void> {
    const job = this.#jobs.get(key)
    const upload = this.#find(key)
    if (!job || !upload) return
    const { handIn, goal, session } = upload
    const { signal } = job.abort
    // A cancelled attempt must not speak for the one that follows it.
    const current = () => !signal.aborted
    this.#update(key, { state: { is: 'sending' } })
    const onBegun = (session: string, there: number) => {
      if (!current()) return
      job.meter = new SpeedMeter()
      job.meter.add(there, this.#now())
      this.#update(key, { session, sent: there })
      void job.kept.then((kept) => kept?.begun(session))
    }
    const onProgress = (sent: number) => {
      if (current()) this.#progress(key, job, sent)
    }
    const onStalled = (stalled: boolean) => {
      if (current())
        this.#update(key, { state: { is: stalled ? 'stalled' : 'sending' }, speed: null })
    }
    const onElsewhere = (elsewhere: boolean) => {
      if (!current()) return
      this.#update(key, { state: { is: elsewhere ? 'elsewhere' : 'sending' } })
      this.#startWaiting()
    }
    const options = { handIn, goal, session, onBegun, onProgress, onStalled, onElsewhere, signal }
    try {
      const file = await this.#sender.send(job.file, options)
      if (current()) this.#finish(key, { state: { is: 'done', file }, sent: job.file.size })
    } catch (error) {
      const words = failureWords(error, job.file)
      if (current()) this.#finish(key, { state: { is: 'failed', words, final: isFinal(error) } })
    }
  }

  #progress(key: number, job: Job, sent: number): void {
    job.meter.add(sent, this.#now())
    const arrived = sent >= job.file.size
    const isStalled = this.#find(key)?.state.is === 'stalled'
    this.#update(key, {
      sent,
      speed: arrived || isStalled ? null : job.meter.speed,
      ...(!isStalled && { state: { is: arrived ? 'storing' : 'sending' } }),
    })
  }

  #finish(key: number, end: Partial<Upload> & Pick<Upload, 'state'>): void {
    this.#update(key, { ...end, speed: null })
    // One that failed and may not the next time goes on after a reload as well.
    if (end.state.is === 'done' || (end.state.is === 'failed' && end.state.final)) this.#forget(key)
    this.#startWaiting()
  }

  #forget(key: number): void {
    void this.#jobs.get(key)?.kept.then((kept) => kept?.forget())
    this.#update(key, { kept: false })
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
  return ['waiting', 'sending', 'stalled', 'elsewhere', 'storing'].includes(is)
}

/** Whether sending it again may help. */
export function canRetry({ state }: Upload): boolean {
  return state.is === 'cancelled' || (state.is === 'failed' && !state.final)
}

/** Where a file goes that is added like that. */
function goalOf(file: File, { folderId = null, paths }: AddOptions): Goal {
  return { folderId, path: paths?.get(file) ?? '' }
}

function isSameGoal(one: Goal, other: Goal): boolean {
  return one.folderId === other.folderId && one.path === other.path
}

/** Whether that is the very same file, unchanged. */
function isSame(one: File | undefined, { name, size, lastModified }: File): boolean {
  return one?.name === name && one.size === size && one.lastModified === lastModified
}

/** Whether it was the file itself that was refused, or cannot be read. */
function isFinal(error: unknown): boolean {
  if (error instanceof DOMException) return true
  return error instanceof ProblemError && [413, 415, 422].includes(error.status)
}

function failureWords(error: unknown, { size }: File): string {
  // What reading a file throws where it is gone, or is not what was chosen any more.
  if (error instanceof DOMException) {
    return 'This file cannot be read any more. If it was changed or moved, choose it again.'
  }
  return problemWords(error, { size })
}
