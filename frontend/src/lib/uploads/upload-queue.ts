/**
 * The files on their way into a library, one's own or that of whoever asks for them: which wait, which move, what became
 * of each. Knows no page. The library makes one for its pages, and every file request one for its.
 */
import { ProblemError } from '@/api/problem'
import type { UploadedFile, UploadSession } from '@/api/types'
import { problemWords, type ProblemSubject } from '@/lib/problem-words'
import type { Lifetime } from './lifetime'
import { SpeedMeter } from './speed-meter'
import { refusal, type UploadLimits } from './upload-limits'
import type { Kept, UploadMemory } from './upload-memory'

/** How many files move at the same time: one alone would leave gaps between small ones. */
const AT_ONCE = 2

/**
 * What has become of a file. `wanted`: it was begun before this page was loaded, and has to be chosen again. `stalled`: the
 * server cannot be reached, and is tried again. `elsewhere`: another tab sends it. `storing`: all sent, and the server has
 * yet to say that it is kept. `final`: sending the same file again would fail again.
 */
export type UploadState<Sent = UploadedFile> =
  | { is: 'wanted' }
  | { is: 'waiting' }
  | { is: 'sending' }
  | { is: 'paused' }
  | { is: 'stalled' }
  | { is: 'elsewhere' }
  | { is: 'storing' }
  | { is: 'cancelled' }
  | { is: 'failed'; words: string; final: boolean }
  | { is: 'done'; file: Sent }

/** Where a file is to lie. */
export interface Goal {
  /** A folder of the library; `null` for none. */
  readonly folderId: string | null
  /** Folders in that one, outermost first, with `/` between them; what is missing of them is made. */
  readonly path: string
  /** The file request that it answers, where it goes to somebody else: their request says where it lies. */
  readonly answer?: Answer
}

/** What goes to a file request with a file. */
export interface Answer {
  readonly slug: string
  /** Who sends it, as they call themselves; `null` where they do not say. */
  readonly sender: string | null
  /** What lets them, where a password is asked for. */
  readonly pass: string | null
}

/** What is to become of a file. */
export interface Wish {
  /** Whether it is handed in to the operators, besides being kept. */
  readonly handIn: boolean
  readonly goal: Goal
  /** For how long it is to be kept. */
  readonly lifetime: Lifetime
}

/** One file of the queue, as it is now; a change makes a new one. */
export interface Upload<Sent = UploadedFile> extends Wish {
  readonly key: number
  readonly name: string
  /** Bytes. */
  readonly size: number
  /** The server's name for the upload, once it is begun. */
  readonly session: string | null
  /** Whether it goes on by itself after a reload. */
  readonly kept: boolean
  readonly state: UploadState<Sent>
  /** Bytes that have gone. */
  readonly sent: number
  /** Bytes a second, once that can be told. */
  readonly speed: number | null
}

/** How a file is sent. */
export interface SendOptions extends Wish {
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
export interface Sender<Sent = UploadedFile> {
  /** Sends one; throws `ProblemError`, or whatever the signal was aborted with. */
  send(file: File, options: SendOptions): Promise<Sent>
  /** Has the server forget an upload that was begun. */
  discard(session: string): void
}

/** What is asked of files that are added. */
export interface AddOptions {
  readonly handIn?: boolean | undefined
  /** What is usual where it is not given. */
  readonly lifetime?: Lifetime | undefined
  /** The folder that they go to; `null` for none. */
  readonly folderId?: string | null | undefined
  /** The file request that they answer. */
  readonly answer?: Answer | undefined
  /** The folders that they were in, where they were in some, with `/` between them. */
  readonly paths?: ReadonlyMap<File, string> | undefined
  /** Uploads that were begun at another time or place: a file of the same name and size goes on with its. */
  readonly unfinished?: readonly UploadSession[] | undefined
}

/** Says why a file was not sent. */
export type FailureWords = (error: unknown, subject: ProblemSubject) => string

interface Job {
  /** `null` while it is to be chosen again. */
  file: File | null
  abort: AbortController
  meter: SpeedMeter
  kept: Promise<Kept | null>
}

/** Files in the order they were added, and their fates. `Sent` is what one becomes. */
export class UploadQueue<Sent = UploadedFile> {
  #uploads: readonly Upload<Sent>[] = []
  readonly #jobs = new Map<number, Job>()
  readonly #watchers = new Set<() => void>()
  #nextKey = 1
  /** While it is looked what this browser has remembered. */
  #recalling: Promise<void> | null = null

  readonly #sender: Sender<Sent>
  readonly #memory: UploadMemory
  readonly #now: () => number
  readonly #words: FailureWords

  /** `now`: milliseconds on a clock that only moves forward. */
  constructor(
    sender: Sender<Sent>,
    memory: UploadMemory,
    now: () => number,
    words: FailureWords = problemWords,
  ) {
    this.#sender = sender
    this.#memory = memory
    this.#now = now
    this.#words = words
  }

  /** The files as they are now: the same list until something changes. */
  get uploads(): readonly Upload<Sent>[] {
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
    const { unfinished = [] } = options
    const goal = goalOf(file, options)
    const begun = new Set(this.#uploads.map(({ session }) => session))
    const words = refusal(file, limits, this.#uploads.filter(isUnderWay).length)
    const known = unfinished.find(
      ({ id, name, size, part_size: partSize }) =>
        // One without parts is another program's; and a tree may have many that look alike.
        partSize && goal.path === '' && !begun.has(id) && name === file.name && size === file.size,
    )
    const { handIn = false, lifetime = 'usual' } = options
    const wish: Wish = { handIn: known?.hand_in ?? handIn, goal, lifetime }
    this.#append({
      file,
      name: file.name,
      size: file.size,
      ...wish,
      session: known?.id ?? null,
      state: words ? { is: 'failed', words, final: true } : { is: 'waiting' },
      kept: words ? null : this.#memory.remember(file, wish),
    })
  }

  /** Whether that very file is on its way, and to where it shall go: what is handed in is kept as well. */
  #isMoving(uploads: readonly Upload<Sent>[], file: File, options: AddOptions): boolean {
    const goal = goalOf(file, options)
    return uploads.some((upload) => {
      const moving = this.#jobs.get(upload.key)?.file
      const isGoingThere = isSameGoal(upload.goal, goal) && (upload.handIn || !options.handIn)
      return isUnderWay(upload) && moving && isSame(moving, file) && isGoingThere
    })
  }

  /**
   * What is wanted of a file of that name and size that was to go there, or failed, and may not the next time, or had been
   * begun.
   */
  #failedBefore(
    uploads: readonly Upload<Sent>[],
    { name, size }: File,
    goal: Goal,
  ): Upload<Sent> | undefined {
    return uploads.find(
      (upload) =>
        isSameGoal(upload.goal, goal) &&
        upload.name === name &&
        upload.size === size &&
        // Another file of the same name may have taken it up.
        this.#find(upload.key)?.state === upload.state &&
        (upload.state.is === 'wanted' ||
          (upload.state.is === 'failed' && (!upload.state.final || upload.session !== null))),
    )
  }

  /** Goes on with one that failed, with the file as it is now. */
  #takeUp({ key, kept, handIn, goal, lifetime }: Upload<Sent>, file: File): void {
    const job = this.#jobs.get(key)
    if (!job) return
    if (!kept || !job.file || !isSame(job.file, file)) {
      this.#forget(key)
      this.#keep(key, this.#memory.remember(file, { handIn, goal, lifetime }))
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
      const { file, name, size, handIn, goal, lifetime, session } = kept
      // Of what was not begun nothing is left to go on with.
      if (!file && session === null) {
        void kept.forget()
        continue
      }
      // Where two tabs had the same file there are two copies.
      if (session !== null && this.#uploads.some((upload) => upload.session === session)) {
        void kept.forget()
        continue
      }
      const state = { is: file ? 'waiting' : 'wanted' } as const
      const wish = { handIn, goal, lifetime }
      this.#append({ file, name, size, ...wish, session, state, kept: Promise.resolve(kept) })
    }
    this.#changed()
    this.#startWaiting()
  }

  #append(
    added: Pick<Upload<Sent>, keyof Wish | 'name' | 'size' | 'session' | 'state'> & {
      file: File | null
      kept: Promise<Kept | null> | null
    },
  ): void {
    const { file, name, size, handIn, goal, lifetime, session, state } = added
    const key = this.#nextKey
    this.#nextKey += 1
    const kept = Promise.resolve(null)
    this.#jobs.set(key, { file, abort: new AbortController(), meter: new SpeedMeter(), kept })
    const moved = { sent: 0, speed: null, kept: false }
    const wish = { handIn, goal, lifetime }
    this.#uploads = [...this.#uploads, { key, name, size, ...wish, session, state, ...moved }]
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
      this.#update(key, { kept: kept.file !== null })
    })
  }

  /** Stops a file that has not arrived yet. */
  cancel(key: number): void {
    const upload = this.#find(key)
    if (!upload || !canCancel(upload)) return
    // Without its file there is nothing that could be sent once more.
    const isWanted = upload.state.is === 'wanted'
    if (!isWanted) this.#update(key, { state: { is: 'cancelled' }, session: null, speed: null })
    this.#jobs.get(key)?.abort.abort()
    this.#forget(key)
    // The other tab goes on.
    const isElsewhere = upload.state.is === 'elsewhere'
    if (upload.session !== null && !isElsewhere) this.#sender.discard(upload.session)
    if (isWanted) this.#keepOnly((other) => other.key !== key)
    this.#startWaiting()
  }

  /** Has a file wait until it is resumed; what has gone stays there. */
  pause(key: number): void {
    const upload = this.#find(key)
    if (!upload || !canPause(upload)) return
    this.#update(key, { state: { is: 'paused' }, speed: null })
    this.#jobs.get(key)?.abort.abort()
    this.#startWaiting()
  }

  /** Goes on with a file that was paused. */
  resume(key: number): void {
    const job = this.#jobs.get(key)
    if (!job || this.#find(key)?.state.is !== 'paused') return
    this.#again(key, job)
    this.#startWaiting()
  }

  /** Sends a file that was cancelled from its beginning again, or goes on with one that failed and may not the next time. */
  retry(key: number): void {
    const job = this.#jobs.get(key)
    const upload = this.#find(key)
    if (!job?.file || !upload || !canRetry(upload)) return
    if (upload.state.is === 'cancelled') {
      const { handIn, goal, lifetime } = upload
      this.#keep(key, this.#memory.remember(job.file, { handIn, goal, lifetime }))
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
    this.#keepOnly(canCancel)
  }

  /** Stops everything and forgets it: whoever added it has signed out. */
  reset(): void {
    for (const job of this.#jobs.values()) job.abort.abort()
    this.#keepOnly(() => false)
    void this.#memory.forgetAll()
  }

  #keepOnly(wanted: (upload: Upload<Sent>) => boolean): void {
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
      (upload) =>
        isUnderWay(upload) && !['waiting', 'paused', 'elsewhere'].includes(upload.state.is),
    )
    const waiting = this.#uploads.filter(({ state }) => state.is === 'waiting')
    for (const upload of waiting.slice(0, Math.max(0, AT_ONCE - moving.length))) {
      void this.#run(upload.key)
    }
  }

  async #run(key: number): Promise<void> {
    const job = this.#jobs.get(key)
    const upload = this.#find(key)
    if (!job?.file || !upload) return
    const { file: source } = job
    const { handIn, goal, lifetime, session } = upload
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
    const wish = { handIn, goal, lifetime }
    const told = { onBegun, onProgress, onStalled, onElsewhere }
    const options = { ...wish, session, ...told, signal }
    try {
      const file = await this.#sender.send(source, options)
      if (current()) this.#finish(key, { state: { is: 'done', file }, sent: source.size })
    } catch (error) {
      const words = this.#failureWords(error, source)
      if (current()) this.#finish(key, { state: { is: 'failed', words, final: isFinal(error) } })
    }
  }

  #progress(key: number, job: Job, sent: number): void {
    job.meter.add(sent, this.#now())
    const upload = this.#find(key)
    if (!upload) return
    const arrived = sent >= upload.size
    const isStalled = upload.state.is === 'stalled'
    this.#update(key, {
      sent,
      speed: arrived || isStalled ? null : job.meter.speed,
      ...(!isStalled && { state: { is: arrived ? 'storing' : 'sending' } }),
    })
  }

  #finish(key: number, end: Partial<Upload<Sent>> & Pick<Upload<Sent>, 'state'>): void {
    this.#update(key, { ...end, speed: null })
    // One that failed and may not the next time goes on after a reload as well.
    if (end.state.is === 'done' || (end.state.is === 'failed' && end.state.final)) this.#forget(key)
    this.#startWaiting()
  }

  #forget(key: number): void {
    void this.#jobs.get(key)?.kept.then((kept) => kept?.forget())
    this.#update(key, { kept: false })
  }

  #failureWords(error: unknown, { size }: File): string {
    // What reading a file throws where it is gone, or is not what was chosen any more.
    if (error instanceof DOMException) {
      return 'This file cannot be read any more. If it was changed or moved, choose it again.'
    }
    return this.#words(error, { size })
  }

  #find(key: number): Upload<Sent> | undefined {
    return this.#uploads.find((upload) => upload.key === key)
  }

  #update(key: number, change: Partial<Upload<Sent>>): void {
    this.#uploads = this.#uploads.map((upload) =>
      upload.key === key ? { ...upload, ...change } : upload,
    )
    this.#changed()
  }

  #changed(): void {
    for (const watcher of this.#watchers) watcher()
  }
}

/** An upload, whatever its file becomes. */
type AnyUpload = Pick<Upload<unknown>, 'state'>

/** Whether a file may still arrive. */
export function isUnderWay({ state: { is } }: AnyUpload): boolean {
  return ['waiting', 'sending', 'paused', 'stalled', 'elsewhere', 'storing'].includes(is)
}

/** Whether it can be given up. */
export function canCancel(upload: AnyUpload): boolean {
  return upload.state.is === 'wanted' || isUnderWay(upload)
}

/** Whether it can be had wait. */
export function canPause({ state: { is } }: AnyUpload): boolean {
  return ['waiting', 'sending', 'stalled'].includes(is)
}

/** Whether sending it again may help. */
export function canRetry({ state }: AnyUpload): boolean {
  return state.is === 'cancelled' || (state.is === 'failed' && !state.final)
}

/** Where a file goes that is added like that. */
function goalOf(file: File, { folderId = null, answer, paths }: AddOptions): Goal {
  return { folderId, path: paths?.get(file) ?? '', ...(answer && { answer }) }
}

function isSameGoal(one: Goal, other: Goal): boolean {
  return one.folderId === other.folderId && one.path === other.path
}

/** Whether that is the very same file, unchanged. */
function isSame(one: File, { name, size, lastModified }: File): boolean {
  return one.name === name && one.size === size && one.lastModified === lastModified
}

/** Whether it was the file itself that was refused, or cannot be read; or no more are taken. */
function isFinal(error: unknown): boolean {
  if (error instanceof DOMException) return true
  if (!(error instanceof ProblemError)) return false
  return [413, 415, 422].includes(error.status) || error.problem?.code === 'used_up'
}
