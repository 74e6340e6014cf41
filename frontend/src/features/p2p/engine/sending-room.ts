/** The room of somebody who sends: made by its sender, who offers the same files to all who come. */
import { nameToOffer } from './file-names'
import { MAX_FILES } from './protocol'
import { Room } from './room'
import { FileSender, type Offerable } from './sender'
import { SignalingError } from './signaling-client'
import { Store } from './store'

/** What is being sent. */
export interface Outbox {
  readonly files: readonly Offerable[]
  /** Somebody has been told of these files: none can be taken back. */
  readonly offered: boolean
  /** Somebody has accepted: none can be added. */
  readonly accepted: boolean
}

/** Offers files to everyone who enters a room of its own. */
export class SendingRoom {
  readonly outbox = new Store<Outbox>({ files: [], offered: false, accepted: false })
  readonly room: Room<FileSender>

  constructor() {
    this.room = new Room<FileSender>({
      connects: true,
      enter: async (signaling, before) => {
        if (before === undefined) return signaling.create()
        try {
          return await signaling.join(before)
        } catch (error) {
          // Alone in it when the line broke: it ended with us, and a new one takes its place.
          const ended = error instanceof SignalingError && error.code === 'unknown_room'
          if (ended) return signaling.create()
          throw error
        }
      },
      begin: (channels) => {
        const sender = new FileSender(channels)
        sender.state.subscribe(() => this.#note())
        sender.add(this.outbox.getSnapshot().files)
        return sender
      },
    })
  }

  /** Adds files to the offer, as many as an offer may hold; returns how many were left out. */
  add(files: readonly File[]): number {
    const there = this.outbox.getSnapshot()
    if (there.accepted) return files.length
    const taken = files.slice(0, MAX_FILES - there.files.length).map(offerable)
    this.outbox.set({ files: [...there.files, ...taken] })
    for (const sender of this.#senders()) sender.add(taken)
    this.#note()
    return files.length - taken.length
  }

  /** Takes a file back, unless there is somebody who has been told of it. */
  remove(file: Offerable): void {
    this.#note()
    const { files, offered } = this.outbox.getSnapshot()
    if (!offered) this.outbox.set({ files: files.filter((other) => other !== file) })
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
    if (offered !== before.offered || accepted !== before.accepted) {
      this.outbox.set({ offered, accepted })
    }
  }
}

function offerable(file: File): Offerable {
  return {
    name: nameToOffer(file.name),
    size: file.size,
    media_type: file.type.slice(0, 255),
    modified_at: Math.trunc(file.lastModified),
    content: file,
  }
}
