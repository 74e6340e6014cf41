/**
 * Devices nearby that knock at ours: agrees on keys with one at a time, asks the person, and tells the
 * other page nothing but a nonce before that person has said yes (docs/PROTOCOL.md, "Nearby"). Kept by
 * `Nearby`.
 */
import * as v from 'valibot'
import type { Invitation } from '../secrecy/invitation'
import { type NearbyDevice, NearbyReceiver } from '../secrecy/nearby-exchange'
import type { RandomBytes } from '../secrecy/randomness'
import { KnockTalk, TalkError } from './knock-talk'
import { PAGE_NONCE } from './page-nonce'
import { PERSON_TIMEOUT_MS } from './nearby-sending'
import { type SignalingClient } from './signaling-client'
import { Store } from './store'

/** How long the other page may take to answer, in milliseconds. */
const ANSWER_TIMEOUT_MS = 10_000
/**
 * How many attempts may end without our person's answer, in so many milliseconds. Each tells whoever sits in
 * the middle which words would stand here: who may try often enough, and be gone before anybody looks, finds
 * those that stand on the other screen.
 */
const MAX_UNANSWERED = 5
const UNANSWERED_MS = 10 * 60_000
/** How often a device may be told no before it is not listened to any more. */
const MAX_DECLINED = 2

/** Who asks, and what both people compare. */
export interface Asked {
  readonly from: NearbyDevice
  readonly words: string
  /** The person has said yes, and the link is on its way. */
  readonly accepted: boolean
}

/** Whatever is needed of the line to the service. */
export type AskingLine = Pick<SignalingClient, 'pake' | 'endKnock'>

interface Attempt {
  readonly knock: string
  readonly talk: KnockTalk
  readonly from: NearbyDevice
  readonly exchange: NearbyReceiver
  /** When it began, in milliseconds of `performance.now`. */
  readonly since: number
}

const revelation = v.object({ reveal: v.string() })
const commitment = v.object({ commit: v.string() })
const invitation = v.object({ invite: v.string() })

/** Listens to knocks, and asks. */
export class NearbyAsking {
  readonly now = new Store<{ readonly asked: Asked | undefined }>({ asked: undefined })
  readonly #line: AskingLine
  readonly #random: RandomBytes
  /** Whether something is going on that must not be disturbed. */
  readonly #busy: () => boolean
  #attempt: Attempt | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  /** Attempts of late that our person has not answered. */
  #unanswered: readonly Attempt[] = []
  readonly #declined = new Map<string, number>()

  constructor(line: AskingLine, random: RandomBytes, busy: () => boolean) {
    this.#line = line
    this.#random = random
    this.#busy = busy
  }

  /** A device knocks at ours, which is `self`. */
  async knocked(
    knock: string,
    self: NearbyDevice,
    from: NearbyDevice,
    body: unknown,
  ): Promise<void> {
    const attempt = this.#begin(knock, self, from, body)
    if (!attempt) {
      this.#end(knock)
      return
    }
    this.#attempt = attempt
    this.#unanswered = [...this.#unanswered, attempt]
    try {
      await this.#line.pake(knock, { share: attempt.exchange.share })
      const { reveal } = await attempt.talk.hear(knock, revelation, ANSWER_TIMEOUT_MS)
      const words = attempt.exchange.open(reveal)
      if (attempt !== this.#attempt) return
      this.now.set({ asked: { from, words, accepted: false } })
      this.#timer = setTimeout(() => this.#forget(attempt), PERSON_TIMEOUT_MS)
    } catch {
      this.#forget(attempt)
    }
  }

  /** The other page of an attempt said something. */
  said(knock: string, body: unknown): void {
    if (knock === this.#attempt?.knock) this.#attempt.talk.said(knock, body)
  }

  /** The other page of an attempt has broken it off. */
  ended(knock: string): void {
    const attempt = this.#attempt
    if (knock !== attempt?.knock) return
    attempt.talk.ended(knock)
    // An invitation that has come already is waiting to be read.
    if (this.now.getSnapshot().asked?.accepted !== true) this.#forget(attempt)
  }

  /** The person says yes: gives what the other page sends for it. Throws when that comes to nothing. */
  async accept(): Promise<Invitation> {
    const [attempt, { asked }] = [this.#attempt, this.now.getSnapshot()]
    if (!attempt || !asked) throw new TalkError('ended')
    clearTimeout(this.#timer)
    this.#answered(attempt)
    this.now.set({ asked: { ...asked, accepted: true } })
    try {
      await this.#line.pake(attempt.knock, { accept: attempt.exchange.accept(PAGE_NONCE) })
      const { invite } = await attempt.talk.hear(attempt.knock, invitation, ANSWER_TIMEOUT_MS)
      return attempt.exchange.enter(invite)
    } finally {
      this.#forget(attempt)
    }
  }

  /** The person says no. */
  decline(): void {
    const attempt = this.#attempt
    if (!attempt) return
    const { id } = attempt.from
    this.#declined.set(id, (this.#declined.get(id) ?? 0) + 1)
    this.#answered(attempt)
    this.#forget(attempt)
  }

  /** Nothing can come of what is under way: our line is gone, or we are not to be seen any more. */
  stop(): void {
    if (this.#attempt) this.#forget(this.#attempt)
  }

  /** An attempt, unless it is not to be listened to, or is none. */
  #begin(
    knock: string,
    self: NearbyDevice,
    from: NearbyDevice,
    body: unknown,
  ): Attempt | undefined {
    const since = performance.now()
    this.#unanswered = this.#unanswered.filter((before) => since - before.since < UNANSWERED_MS)
    const refused =
      this.#attempt !== undefined ||
      this.#busy() ||
      this.#unanswered.length >= MAX_UNANSWERED ||
      (this.#declined.get(from.id) ?? 0) >= MAX_DECLINED
    const said = v.safeParse(commitment, body)
    if (refused || !said.success) return undefined
    try {
      const pair = { sender: from, receiver: self }
      const exchange = new NearbyReceiver(pair, said.output.commit, this.#random)
      return { knock, talk: new KnockTalk(), from, exchange, since }
    } catch {
      return undefined
    }
  }

  #answered(attempt: Attempt): void {
    this.#unanswered = this.#unanswered.filter((other) => other !== attempt)
  }

  #forget(attempt: Attempt): void {
    this.#end(attempt.knock)
    attempt.talk.lost()
    if (attempt !== this.#attempt) return
    clearTimeout(this.#timer)
    this.#attempt = undefined
    this.now.set({ asked: undefined })
  }

  #end(knock: string): void {
    // It may have ended by itself.
    this.#line.endKnock(knock).catch(() => undefined)
  }
}
