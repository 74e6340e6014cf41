/**
 * The codes of a room that this page made: one is open at a time, each is good for one attempt, and whoever
 * knows it is told the room and its key (docs/PROTOCOL.md, "Codes"). Kept by `Room`.
 */
import * as v from 'valibot'
import { CodeError, CodeHost } from '../secrecy/code-exchange'
import { codeText, makeCode } from '../secrecy/code-words'
import type { Invitation } from '../secrecy/invitation'
import type { RandomBytes } from '../secrecy/randomness'
import type { SignalingClient } from './signaling-client'
import { Store } from './store'

/** How long whoever tries a code may take to answer, in milliseconds. */
const ANSWER_TIMEOUT_MS = 15_000

/** A room's code at one moment. */
export interface HostedCode {
  readonly state:
    /** None is wanted: the room is locked, or the service cannot be reached. */
    | 'closed'
    /** One is being opened. */
    | 'opening'
    /** It can be said. */
    | 'open'
    /** Somebody tries it. */
    | 'in use'
    /** The service opened none. */
    | 'refused'
  /** As it is shown and said, while it is open. */
  readonly code: string | undefined
  /** What became of the one before. */
  readonly before: CodeOutcome | undefined
  /** Some code has been right: whoever comes from now on may have come by it. */
  readonly used: boolean
}

/** How an attempt at a code ended. */
export type CodeOutcome =
  /** Whoever tried it knew it. */
  | 'let in'
  /** Whoever tried it did not. */
  | 'wrong'
  /** It was broken off before that was known. */
  | 'broken off'

/** Whatever is needed of the line to the service. */
export type HostLine = Pick<
  SignalingClient,
  'hearCodes' | 'openCode' | 'closeCode' | 'pake' | 'endKnock'
>

const firstMessage = v.object({ message: v.string() })
const confirmation = v.object({ confirm: v.string() })

/** Opens codes, one after the other, and lets in who knows them. */
export class CodeHosting {
  readonly now = new Store<HostedCode>({
    state: 'closed',
    code: undefined,
    before: undefined,
    used: false,
  })
  readonly #line: HostLine
  readonly #random: RandomBytes
  #invitation: Invitation | undefined
  /** The code that is open or in use, and the attempt at it. */
  #exchange: CodeHost | undefined
  #knock: string | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  /** Counts codes, so that what was asked for an earlier one changes nothing. */
  #turn = 0

  constructor(line: HostLine, random: RandomBytes) {
    this.#line = line
    this.#random = random
    line.hearCodes({
      knocked: (knock, body) => void this.#onKnock(knock, body),
      said: (knock, body) => void this.#onConfirm(knock, body),
      ended: (knock) => {
        if (knock === this.#knock) this.#next('broken off')
      },
      lost: () => this.#clear('closed'),
    })
  }

  /** Opens a code for this room, in place of one that is there. */
  open(invitation: Invitation): void {
    this.#invitation = invitation
    this.#next(this.now.getSnapshot().before)
  }

  /** Takes the code out of use. */
  close(): void {
    if (this.#knock !== undefined) this.#end(this.#knock)
    this.#clear('closed')
    // If the service cannot be reached, the code is as good as closed.
    this.#line.closeCode().catch(() => undefined)
  }

  #clear(state: HostedCode['state']): number {
    clearTimeout(this.#timer)
    this.#exchange = undefined
    this.#knock = undefined
    this.#turn += 1
    this.now.set({ state, code: undefined })
    return this.#turn
  }

  /** Opens the next code; `before` is what became of the last. */
  #next(before: CodeOutcome | undefined): void {
    const turn = this.#clear('opening')
    this.now.set({ before })
    this.#line.openCode().then(
      (nameplate) => {
        if (turn === this.#turn) this.#show(nameplate)
      },
      () => {
        if (turn === this.#turn) this.now.set({ state: 'refused' })
      },
    )
  }

  #show(nameplate: string): void {
    if (!this.#invitation) return
    const code = makeCode(nameplate, this.#random)
    this.#exchange = new CodeHost(code, this.#invitation, this.#random)
    this.now.set({ state: 'open', code: codeText(code) })
  }

  async #onKnock(knock: string, body: unknown): Promise<void> {
    const exchange = this.#exchange
    if (!exchange || this.#knock !== undefined) {
      this.#end(knock)
      return
    }
    this.#knock = knock
    this.now.set({ state: 'in use', code: undefined })
    this.#timer = setTimeout(() => this.#fail(knock, 'broken off'), ANSWER_TIMEOUT_MS)
    await this.#step(knock, () => {
      return { message: exchange.answer(v.parse(firstMessage, body).message) }
    })
  }

  async #onConfirm(knock: string, body: unknown): Promise<void> {
    const exchange = this.#exchange
    if (!exchange || knock !== this.#knock) return
    const sent = await this.#step(knock, () => {
      const sealed = exchange.seal(v.parse(confirmation, body).confirm)
      this.now.set({ used: true })
      return { sealed }
    })
    if (sent && knock === this.#knock) this.#next('let in')
  }

  /** Answers; false when there is nothing to answer, or nobody any more. */
  async #step(knock: string, answer: () => object): Promise<boolean> {
    try {
      await this.#line.pake(knock, answer())
      return true
    } catch (error) {
      // Whoever says what no page of ours does is no better than whoever guesses.
      const wrong = error instanceof CodeError || error instanceof v.ValiError
      this.#fail(knock, wrong ? 'wrong' : 'broken off')
      return false
    }
  }

  #fail(knock: string, outcome: CodeOutcome): void {
    if (knock !== this.#knock) return
    this.#end(knock)
    this.#next(outcome)
  }

  #end(knock: string): void {
    // It may have ended by itself.
    this.#line.endKnock(knock).catch(() => undefined)
  }
}
