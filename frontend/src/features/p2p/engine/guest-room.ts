/**
 * The room of somebody who came by its link or its code: takes what whoever made it offers, or sends files there
 * where that is what the room is for. Which of the two is known once the room was entered.
 */
import { type LinkKey } from '../secrecy/link-key'
import { browserRandom } from '../secrecy/randomness'
import { Inbox } from './inbox'
import { type Member } from './member'
import { sweepOpfs } from './opfs-sweep'
import { Outbox } from './outbox'
import { PAGE_NONCE } from './page-nonce'
import { FileReceiver } from './receiver'
import { type Connect, Room } from './room'
import { type Claim, forgetRoom, rememberRoom } from './room-memory'
import { FileSender } from './sender'
import { type RoomService } from './signaling-client'
import { type Joined } from './signaling-messages'
import { Talk } from './talk'

/** Enters a room that somebody else made. */
export class GuestRoom {
  readonly talk = new Talk(browserRandom)
  readonly inbox: Inbox
  readonly outbox: Outbox
  readonly room: Room<FileReceiver | FileSender>
  readonly #id: string
  readonly #claim: Claim
  #joined: Joined | undefined

  /** `claim` says as whom this browser was there before. */
  constructor(id: string, key: LinkKey, claim: Claim, connect?: Connect) {
    this.#id = id
    this.#claim = claim
    this.inbox = new Inbox(id)
    this.outbox = new Outbox({
      before: claim.memory?.files ?? [],
      holds: true,
      senders: () =>
        this.room
          .getSnapshot()
          .members.filter(isGiving)
          .map((member) => member.transfer),
      changed: () => this.#remember(),
    })
    this.room = new Room<FileReceiver | FileSender>(
      {
        key,
        hosts: false,
        enter: (signaling, before) => this.#enter(signaling, before),
        begin: (member) => this.#begin(member),
        left: () => {
          void forgetRoom(id)
          this.inbox.release()
          claim.release()
        },
      },
      connect,
    )
  }

  async #enter(signaling: RoomService, before: Joined | undefined): Promise<Joined> {
    const { memory, alone } = this.#claim
    if (!before && alone) await this.inbox.recall()
    if (!before) void sweepOpfs()
    const { takes, ...joined } = await signaling.join(
      this.#id,
      PAGE_NONCE,
      before?.resume ?? memory?.resume,
    )
    // What the room is for does not change while we know it, also where whoever takes files has left.
    const known = before ? before.takes : (memory?.takes ?? takes)
    this.#joined = { ...joined, ...(known !== undefined && { takes: known }) }
    this.#remember()
    return this.#joined
  }

  #begin(id: string): FileReceiver | FileSender {
    const line = this.talk.lineTo(id)
    return this.#joined?.takes === undefined ? this.inbox.begin(id, line) : this.outbox.begin(line)
  }

  #remember(): void {
    if (!this.#joined || !this.#claim.alone) return
    const { resume, takes } = this.#joined
    void rememberRoom(this.#id, {
      role: 'guest',
      resume,
      ...(takes !== undefined && { takes, files: this.outbox.unfinished() }),
    })
  }
}

/** Whether files go to this member. */
export function isGiving(member: Member<FileReceiver | FileSender>): member is Member<FileSender> {
  return member.transfer instanceof FileSender
}

/** Whether files come from this member. */
export function isReceiving(
  member: Member<FileReceiver | FileSender>,
): member is Member<FileReceiver> {
  return member.transfer instanceof FileReceiver
}
