/**
 * What the other side of a knock says, kept until it is asked for: it may come before we know what the knock
 * is called. Used by whoever knocks (`CodeJoining`, `NearbySending`) and whoever is knocked at (`NearbyAsking`).
 */
import * as v from 'valibot'

/** Why nothing more is heard. */
export type TalkEnd =
  /** The other side broke off, or is gone. */
  | 'ended'
  /** Our own line is gone. */
  | 'lost'
  /** It did not answer in time. */
  | 'silent'
  /** What it said is not of the form that was waited for. */
  | 'garbled'

/** Ends a talk. */
export class TalkError extends Error {
  override readonly name = 'TalkError'
  readonly why: TalkEnd

  constructor(why: TalkEnd) {
    super(`talk: ${why}`)
    this.why = why
  }
}

/** What was heard of knocks. */
export class KnockTalk {
  readonly #heard: { readonly knock: string; readonly body: unknown }[] = []
  readonly #ended = new Set<string>()
  #lost = false
  /** Looks again, after something came. */
  #look: (() => void) | undefined

  /** The other side of a knock said something. */
  said(knock: string, body: unknown): void {
    this.#heard.push({ knock, body })
    this.#look?.()
  }

  /** A knock is over. */
  ended(knock: string): void {
    this.#ended.add(knock)
    this.#look?.()
  }

  /** Our line is gone, or of no more use: what was said by it is not heard any more. */
  lost(): void {
    this.#lost = true
    this.#look?.()
  }

  /** The next message of a knock, within so many milliseconds. Throws `TalkError`. */
  async hear<T>(
    knock: string,
    schema: v.GenericSchema<unknown, T>,
    patienceMs: number,
  ): Promise<T> {
    const patience = { over: false }
    const deadline = setTimeout(() => {
      patience.over = true
      this.#look?.()
    }, patienceMs)
    try {
      for (;;) {
        if (this.#lost) throw new TalkError('lost')
        const at = this.#heard.findIndex((heard) => heard.knock === knock)
        const [next] = at < 0 ? [] : this.#heard.splice(at, 1)
        if (next) return read(schema, next.body)
        if (this.#ended.has(knock)) throw new TalkError('ended')
        if (patience.over) throw new TalkError('silent')
        await new Promise<void>((look) => (this.#look = look))
      }
    } finally {
      clearTimeout(deadline)
    }
  }
}

function read<T>(schema: v.GenericSchema<unknown, T>, body: unknown): T {
  const parsed = v.safeParse(schema, body)
  if (parsed.success) return parsed.output
  throw new TalkError('garbled')
}
