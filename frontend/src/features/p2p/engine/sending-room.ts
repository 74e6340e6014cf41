/** The room of somebody who sends: made by its sender, who offers the same files to all who come. */
import { LinkKey } from '../secrecy/link-key'
import { browserRandom } from '../secrecy/randomness'
import { asOffered, isSameFile, type OfferedFile } from './control-messages'
import { nameToOffer, pathToOffer } from './file-names'
import { FileSource } from './file-source'
import { PAGE_NONCE } from './page-nonce'
import { MAX_FILES } from './protocol'
import { Room } from './room'
import { type Claim, claimRoom, forgetRoom, rememberRoom } from './room-memory'
import { FileSender } from './sender'
import { type Offerable } from './sending-conversation'
import { type RoomService, SignalingError } from './signaling-client'
import { type Joined } from './signaling-messages'
import { Store } from './store'
import { Talk } from './talk'

/** A file that a person has chosen, and the folders it is in, with `/` between them. */
export interface Chosen {
  readonly file: File
  readonly path?: string
}

/** What is being sent. */
export interface Outbox {
  readonly files: readonly Offerable[]
  /** Files that an earlier page was sending, and that must be chosen again before anything goes on. */
  readonly missing: readonly OfferedFile[]
  /** Somebody has been told of these files: none can be taken back. */
  readonly offered: boolean
  /** Somebody has accepted: none can be added. */
  readonly accepted: boolean
}

/** A room that this browser made before, and the page's claim to it. */
export interface HostedRoom {
  readonly room: string
  readonly claim: Claim
}

/** Offers files to everyone who enters a room of its own. */
export class SendingRoom {
  readonly outbox: Store<Outbox>
  readonly talk = new Talk(browserRandom)
  /** Stands in the link, behind the `#`; whoever has it can join in. */
  readonly key: LinkKey
  readonly room: Room<FileSender>
  #claim: Claim | undefined
  /** Where we are, or were, and what gives our place there back. */
  #joined: { readonly room: string; readonly resume?: string | undefined } | undefined
  /** What was accepted before the page was reloaded, in the order in which it was offered. */
  readonly #before: readonly OfferedFile[]
  readonly #again: (Offerable | undefined)[] = []
  /** Somebody has accepted, and has not got everything. */
  #unfinished = false

  /** A new room, or one that an earlier page of this browser made. */
  constructor(hosted?: HostedRoom) {
    const memory = hosted?.claim.memory
    this.key = LinkKey.parse(memory?.key ?? '') ?? LinkKey.make(browserRandom)
    this.#claim = hosted?.claim
    this.#before = memory?.files ?? []
    this.outbox = new Store<Outbox>({
      files: [],
      missing: this.#before,
      offered: false,
      accepted: false,
    })
    if (hosted) this.#joined = { room: hosted.room, resume: memory?.resume }
    this.room = new Room<FileSender>({
      key: this.key,
      connects: true,
      enter: (signaling) => this.#enter(signaling),
      begin: (to) => {
        const sender = new FileSender(this.talk.lineTo(to))
        sender.state.subscribe(() => this.#note())
        sender.add(this.outbox.getSnapshot().files)
        return sender
      },
      left: () => {
        if (this.#joined) void forgetRoom(this.#joined.room)
        this.#claim?.release()
      },
    })
  }

  /** Adds files to the offer, as many as an offer may hold; returns how many were left out. */
  add(files: readonly Chosen[]): number {
    const there = this.outbox.getSnapshot()
    if (there.missing.length > 0) return this.#replace(files)
    if (there.accepted) return files.length
    const taken = files.slice(0, MAX_FILES - there.files.length).map(offerable)
    this.#offer(taken)
    return files.length - taken.length
  }

  /** Takes files back, unless there is somebody who has been told of them. */
  remove(files: readonly Offerable[]): void {
    this.#note()
    const { files: all, offered } = this.outbox.getSnapshot()
    const back = new Set(files)
    if (!offered) this.outbox.set({ files: all.filter((file) => !back.has(file)) })
  }

  async #enter(signaling: RoomService): Promise<Joined> {
    const joined = await this.#joinOrCreate(signaling)
    const moved = joined.room !== this.#joined?.room
    this.#joined = joined
    if (moved) {
      this.#claim?.release()
      this.#claim = await claimRoom(joined.room)
      // So that a reload, and a browser that opens its pages again, comes back to this room.
      window.history.replaceState(
        window.history.state,
        '',
        `/p2p/${joined.room}#${this.key.text()}`,
      )
    }
    this.#remember()
    return joined
  }

  async #joinOrCreate(signaling: RoomService): Promise<Joined> {
    if (!this.#joined) return signaling.create(PAGE_NONCE)
    try {
      return await signaling.join(this.#joined.room, PAGE_NONCE, this.#joined.resume)
    } catch (error) {
      // Alone in it when the line broke: it ended with us, and a new one takes its place.
      const ended = error instanceof SignalingError && error.code === 'unknown_room'
      if (ended) return signaling.create(PAGE_NONCE)
      throw error
    }
  }

  #remember(): void {
    if (!this.#joined || this.#claim?.alone !== true) return
    const { files, accepted } = this.outbox.getSnapshot()
    // What has arrived need not be chosen again, and its name is nobody's business any more.
    const wanted = this.#unfinished ? files.map(asOffered) : []
    void rememberRoom(this.#joined.room, {
      role: 'host',
      key: this.key.text(),
      resume: this.#joined.resume,
      files: accepted ? wanted : [...this.#before],
    })
  }

  /** Takes files in the places of those that an earlier page was sending. */
  #replace(files: readonly Chosen[]): number {
    let taken = 0
    for (const file of files.map(offerable)) {
      const place = this.#before.findIndex(
        (before, at) => !this.#again[at] && isSameFile(before, file),
      )
      if (place < 0) continue
      this.#again[place] = file
      taken += 1
    }
    const missing = this.#before.filter((_, at) => !this.#again[at])
    this.outbox.set({ missing })
    if (missing.length === 0) this.#offer(this.#again.filter((file) => file !== undefined))
    return files.length - taken
  }

  #offer(files: readonly Offerable[]): void {
    this.outbox.set({ files: [...this.outbox.getSnapshot().files, ...files] })
    for (const sender of this.#senders()) sender.add(files)
    this.#note()
  }

  #senders(): FileSender[] {
    return this.room.getSnapshot().members.map((member) => member.transfer)
  }

  #note(): void {
    const before = this.outbox.getSnapshot()
    const senders = this.#senders()
    const accepted = senders.some((sender) => sender.state.getSnapshot().accepted)
    const offered =
      accepted || (before.files.length > 0 && senders.some((sender) => !sender.state.ended))
    const unfinished = senders.some(({ state }) => state.getSnapshot().accepted && !state.ended)
    const changed = offered !== before.offered || accepted !== before.accepted
    if (changed) this.outbox.set({ offered, accepted })
    if (!changed && unfinished === this.#unfinished) return
    this.#unfinished = unfinished
    this.#remember()
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
