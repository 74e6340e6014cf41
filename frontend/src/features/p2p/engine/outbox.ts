/**
 * What somebody sends: the files that were chosen, offered to each of those they are for. Made by both kinds of
 * rooms.
 */
import { asOffered, isSameFile, type OfferedFile } from './control-messages'
import { nameToOffer, pathToOffer } from './file-names'
import { FileSource } from './file-source'
import { MAX_FILES } from './protocol'
import { FileSender } from './sender'
import { type Offerable } from './sending-conversation'
import { Store } from './store'
import { type TalkLine } from './talk'

/** A file that a person has chosen, and the folders it is in, with `/` between them. */
export interface Chosen {
  readonly file: File
  readonly path?: string
}

/** What is to be sent, and how far it has got. */
export interface Choice {
  readonly files: readonly Offerable[]
  /** Files that an earlier page was sending, and that must be chosen again before anything goes on. */
  readonly missing: readonly OfferedFile[]
  /** Nobody is told of them before their person says so. */
  readonly held: boolean
  /** Somebody has been told of these files: none can be taken back. */
  readonly offered: boolean
  /** Somebody has accepted: none can be added. */
  readonly accepted: boolean
}

interface OutboxOptions {
  /** What was accepted before the page was reloaded, in the order in which it was offered. */
  readonly before: readonly OfferedFile[]
  /** Whether files wait for `send`: for whoever takes all that is offered, and at once. */
  readonly holds: boolean
  /** The transfers there are with members of the room. */
  senders(): readonly FileSender[]
  /** What a page that comes after us would have to know is another. */
  changed(): void
}

/** The same files for all. */
export class Outbox {
  readonly now: Store<Choice>
  readonly #options: OutboxOptions
  readonly #again: (Offerable | undefined)[] = []
  /** Somebody has accepted, and has not got everything. */
  #unfinished = false

  constructor(options: OutboxOptions) {
    this.#options = options
    this.now = new Store<Choice>({
      files: [],
      missing: options.before,
      held: options.holds && options.before.length === 0,
      offered: false,
      accepted: false,
    })
  }

  /** Starts sending to one more member. */
  begin(talk: TalkLine): FileSender {
    const sender = new FileSender(talk)
    sender.state.subscribe(() => this.#note())
    const { files, held } = this.now.getSnapshot()
    if (!held) sender.add(files)
    return sender
  }

  /** Adds files to the offer, as many as an offer may hold; returns how many were left out. */
  add(files: readonly Chosen[]): number {
    const there = this.now.getSnapshot()
    if (there.missing.length > 0) return this.#replace(files)
    if (there.accepted) return files.length
    const taken = files.slice(0, MAX_FILES - there.files.length).map(offerable)
    this.#offer(taken)
    return files.length - taken.length
  }

  /** Takes files back, unless there is somebody who has been told of them. */
  remove(files: readonly Offerable[]): void {
    this.#note()
    const { files: all, offered } = this.now.getSnapshot()
    const back = new Set(files)
    if (!offered) this.now.set({ files: all.filter((file) => !back.has(file)) })
  }

  /** Tells of the files that were held back, and of those added later as they come. */
  send(): void {
    const { files, held } = this.now.getSnapshot()
    if (!held) return
    this.now.set({ held: false })
    this.#tell(files)
  }

  /** What a page that comes after us has to have chosen again. */
  unfinished(): OfferedFile[] {
    const { files, accepted } = this.now.getSnapshot()
    if (!accepted) return [...this.#options.before]
    // What has arrived need not be chosen again, and its name is nobody's business any more.
    return this.#unfinished ? files.map(asOffered) : []
  }

  /** Takes files in the places of those that an earlier page was sending. */
  #replace(files: readonly Chosen[]): number {
    const { before } = this.#options
    let taken = 0
    for (const file of files.map(offerable)) {
      const place = before.findIndex((other, at) => !this.#again[at] && isSameFile(other, file))
      if (place < 0) continue
      this.#again[place] = file
      taken += 1
    }
    const missing = before.filter((_, at) => !this.#again[at])
    this.now.set({ missing })
    if (missing.length === 0) this.#offer(this.#again.filter((file) => file !== undefined))
    return files.length - taken
  }

  #offer(files: readonly Offerable[]): void {
    const { files: before, held } = this.now.getSnapshot()
    this.now.set({ files: [...before, ...files] })
    if (!held) this.#tell(files)
  }

  #tell(files: readonly Offerable[]): void {
    for (const sender of this.#options.senders()) sender.add(files)
    this.#note()
  }

  #note(): void {
    const before = this.now.getSnapshot()
    const senders = this.#options.senders()
    const accepted = senders.some((sender) => sender.state.getSnapshot().accepted)
    const told = before.files.length > 0 && !before.held
    const offered = accepted || (told && senders.some((sender) => !sender.state.ended))
    const unfinished = senders.some(({ state }) => state.getSnapshot().accepted && !state.ended)
    const changed = offered !== before.offered || accepted !== before.accepted
    if (changed) this.now.set({ offered, accepted })
    if (!changed && unfinished === this.#unfinished) return
    this.#unfinished = unfinished
    this.#options.changed()
  }
}

function offerable({ file, path = '' }: Chosen): Offerable {
  const folders = pathToOffer(path)
  return {
    name: nameToOffer(file.name),
    ...(folders !== '' && { path: folders }),
    size: file.size,
    media_type: file.type.slice(0, 255),
    modified_at: Math.trunc(file.lastModified),
    source: new FileSource(file),
  }
}
