/**
 * What people in a room write to each other beside their files. Made by `HostRoom` and `GuestRoom`; what is
 * said travels in the conversations of their transfers (docs/PROTOCOL.md, "Texts"). Nothing of it outlives the page.
 */
import { toBase64url } from '../secrecy/base64url'
import { type RandomBytes } from '../secrecy/randomness'
import { type ControlMessage, utf8Length } from './control-messages'
import { TransferError } from './failure'
import { MAX_TEXT_BYTES, MAX_TEXTS } from './protocol'
import { Store } from './store'

/** A message about texts. */
export type TalkMessage = Extract<ControlMessage, { type: 'text' | 'heard' }>

/** A text, and whose it is. */
export interface Said {
  /** Drawn at random by who wrote it. */
  readonly id: string
  readonly text: string
  /** The member who wrote it; undefined for us. */
  readonly from: string | undefined
  /** The members whose pages have it, if it is ours. */
  readonly heardBy: readonly string[]
}

/** Whether a text is one that can be said as it is, not empty and not too long. */
export function canBeSaid(text: string): boolean {
  return text.trim() !== '' && utf8Length(text) <= MAX_TEXT_BYTES
}

/** Everything that has been said in a room, as this page knows it. */
export class Talk {
  readonly now = new Store<{ readonly said: readonly Said[] }>({ said: [] })
  readonly #random: RandomBytes
  readonly #lines = new Map<string, TalkLine>()

  constructor(random: RandomBytes) {
    this.#random = random
  }

  /** Whether there is room for another text of ours. */
  get hasRoom(): boolean {
    return this.#ours().length < MAX_TEXTS
  }

  /** Says a text to everybody who is here, and to everybody who comes while this page is open. */
  say(text: string): void {
    if (!this.hasRoom || !canBeSaid(text)) return
    const id = toBase64url(this.#random(16))
    this.#note({ id, text, from: undefined, heardBy: [] })
    for (const line of this.#lines.values()) line.say({ id, text })
  }

  /** The way to a member, in place of the one before. */
  lineTo(member: string): TalkLine {
    const line = new TalkLine({
      ours: () => this.#ours(),
      heard: (id) => this.#onHeard(id, member),
      text: (said) => this.#onText(said, member),
    })
    this.#lines.set(member, line)
    return line
  }

  #ours(): Said[] {
    return this.now.getSnapshot().said.filter(({ from }) => from === undefined)
  }

  #onHeard(id: string, member: string): void {
    const said = this.now
      .getSnapshot()
      .said.map((one) =>
        one.id === id && !one.heardBy.includes(member)
          ? { ...one, heardBy: [...one.heardBy, member] }
          : one,
      )
    this.now.set({ said })
  }

  #onText({ id, text }: Pick<Said, 'id' | 'text'>, member: string): void {
    const theirs = this.now.getSnapshot().said.filter(({ from }) => from === member)
    // Said again, because the connection that it came over is gone.
    if (theirs.some((one) => one.id === id)) return
    if (theirs.length >= MAX_TEXTS) throw new TransferError('malformed', 'too many texts')
    this.#note({ id, text, from: member, heardBy: [] })
  }

  #note(said: Said): void {
    this.now.set({ said: [...this.now.getSnapshot().said, said] })
  }
}

interface TalkLineOptions {
  /** What we have said so far. */
  ours(): readonly Said[]
  /** The other page has one of ours. */
  heard(id: string): void
  /** The other page says something, perhaps again; throws where it says more than it may. */
  text(said: Pick<Said, 'id' | 'text'>): void
}

/** The way of texts to one member and back, over one connection after the other. */
export class TalkLine {
  readonly #options: TalkLineOptions
  #send: ((message: TalkMessage) => void) | undefined

  constructor(options: TalkLineOptions) {
    this.#options = options
  }

  /** Goes on over a new connection: all of ours is said again, for the page over there may be a new one. */
  open(send: (message: TalkMessage) => void): void {
    this.#send = send
    for (const said of this.#options.ours()) this.say(said)
  }

  /** The connection that has `send` is gone. */
  close(send: (message: TalkMessage) => void): void {
    if (this.#send === send) this.#send = undefined
  }

  /** Says a text, if there is a connection; if not, the next begins with it. */
  say({ id, text }: Pick<Said, 'id' | 'text'>): void {
    this.#send?.({ type: 'text', id, text })
  }

  /** Takes what the other page says; throws a `TransferError` for what it may not say. */
  hear(message: TalkMessage): void {
    if (message.type === 'text') {
      this.#options.text(message)
      this.#send?.({ type: 'heard', id: message.id })
      return
    }
    if (!this.#options.ours().some(({ id }) => id === message.id)) {
      throw new TransferError('malformed', 'heard what was not said')
    }
    this.#options.heard(message.id)
  }
}
