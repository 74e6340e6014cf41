/** The room of whoever made it: offers the same files to all who come. */
import { LinkKey } from '../secrecy/link-key'
import { browserRandom } from '../secrecy/randomness'
import { Outbox } from './outbox'
import { PAGE_NONCE } from './page-nonce'
import { Room } from './room'
import { type Claim, claimRoom, forgetRoom, rememberRoom } from './room-memory'
import { type FileSender } from './sender'
import { type RoomService, SignalingError } from './signaling-client'
import { type Joined } from './signaling-messages'
import { Talk } from './talk'

/** A room that this browser made before, and the page's claim to it. */
export interface HostedRoom {
  readonly room: string
  readonly claim: Claim
}

/** Offers files to everyone who enters a room of its own. */
export class HostRoom {
  readonly outbox: Outbox
  readonly talk = new Talk(browserRandom)
  /** Stands in the link, behind the `#`; whoever has it can join in. */
  readonly key: LinkKey
  readonly room: Room<FileSender>
  #claim: Claim | undefined
  /** Where we are, or were, and what gives our place there back. */
  #joined: { readonly room: string; readonly resume?: string | undefined } | undefined

  /** A new room, or one that an earlier page of this browser made. */
  constructor(hosted?: HostedRoom) {
    const memory = hosted?.claim.memory
    this.key = LinkKey.parse(memory?.key ?? '') ?? LinkKey.make(browserRandom)
    this.#claim = hosted?.claim
    this.outbox = new Outbox({
      before: memory?.files ?? [],
      holds: false,
      senders: () => this.room.getSnapshot().members.map((member) => member.transfer),
      changed: () => this.#remember(),
    })
    if (hosted) this.#joined = { room: hosted.room, resume: memory?.resume }
    this.room = new Room<FileSender>({
      key: this.key,
      hosts: true,
      enter: (signaling) => this.#enter(signaling),
      begin: (to) => this.outbox.begin(this.talk.lineTo(to)),
      left: () => {
        if (this.#joined) void forgetRoom(this.#joined.room)
        this.#claim?.release()
      },
    })
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
    void rememberRoom(this.#joined.room, {
      role: 'host',
      key: this.key.text(),
      resume: this.#joined.resume,
      files: this.outbox.unfinished(),
    })
  }
}
