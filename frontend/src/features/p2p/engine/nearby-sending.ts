/**
 * An attempt to send to a device nearby: agrees on keys with its page, shows the words that both people
 * compare, and hands over room and key once the other person has said yes (docs/PROTOCOL.md, "Nearby").
 * Kept by `Nearby`.
 */
import * as v from 'valibot'
import type { Invitation } from '../secrecy/invitation'
import { NearbyError, type NearbyPair, NearbySender } from '../secrecy/nearby-exchange'
import type { RandomBytes } from '../secrecy/randomness'
import { KnockTalk, TalkError } from './knock-talk'
import { type SignalingClient, SignalingError } from './signaling-client'

/** How long the other page may take to answer by itself, in milliseconds. */
const ANSWER_TIMEOUT_MS = 10_000
/** How long its person may take, in milliseconds. */
export const PERSON_TIMEOUT_MS = 120_000

/** Why an attempt led nowhere. */
export type NearbyTrouble =
  /** The device is not there any more. */
  | 'gone'
  /** Its page is busy or does not answer, or its person did not. */
  | 'no_answer'
  /** Its person said no. */
  | 'declined'
  /** What came as its page's words was not what it said. */
  | 'tampered'
  | 'rate_limited'
  | 'unreachable'

/** Ends an attempt. */
export class NearbyTroubleError extends Error {
  override readonly name = 'NearbyTroubleError'
  readonly code: NearbyTrouble

  constructor(code: NearbyTrouble) {
    super(`nearby: ${code}`)
    this.code = code
  }
}

/** Whatever is needed of the line to the service. */
export type SendingLine = Pick<SignalingClient, 'knockNearby' | 'pake' | 'endKnock'>

/** What an attempt tells while it runs. */
export interface SendingEvents {
  /** Both pages have the words, and the other's person is asked. */
  asking(words: string): void
  /** The other's person has said yes: the page of this nonce is about to enter the room. */
  accepted(nonce: string, words: string): void
}

const answer = v.object({ share: v.string() })
const acceptance = v.object({ accept: v.string() })

/** One attempt. */
export class NearbySending {
  /** What the other page says; passed on by `Nearby`. */
  readonly talk = new KnockTalk()
  readonly #pair: NearbyPair
  readonly #line: SendingLine
  readonly #random: RandomBytes
  #stopped = false

  constructor(pair: NearbyPair, line: SendingLine, random: RandomBytes) {
    this.#pair = pair
    this.#line = line
    this.#random = random
  }

  /** Makes the attempt, once. Throws `NearbyTroubleError`. */
  async run(invitation: Invitation, events: SendingEvents): Promise<void> {
    const exchange = new NearbySender(this.#pair, this.#random)
    let knock: string | undefined
    let asked = false
    try {
      const device = this.#pair.receiver.id
      knock = await this.#line.knockNearby(device, { commit: exchange.commit })
      const { share } = await this.talk.hear(knock, answer, ANSWER_TIMEOUT_MS)
      const { reveal, words } = exchange.reveal(share)
      await this.#line.pake(knock, { reveal })
      if (this.#stopped) throw new TalkError('lost')
      asked = true
      events.asking(words)
      const { accept } = await this.talk.hear(knock, acceptance, PERSON_TIMEOUT_MS)
      const { nonce, invite } = exchange.invite(accept, invitation)
      events.accepted(nonce, words)
      await this.#line.pake(knock, { invite })
    } catch (error) {
      // It may have ended by itself.
      if (knock !== undefined) this.#line.endKnock(knock).catch(() => undefined)
      throw asTrouble(error, asked)
    }
  }

  /** Gives up: `run` throws. */
  stop(): void {
    this.#stopped = true
    this.talk.lost()
  }
}

function asTrouble(error: unknown, asked: boolean): NearbyTroubleError {
  if (error instanceof NearbyError) return new NearbyTroubleError('tampered')
  if (error instanceof TalkError) return new NearbyTroubleError(talkTrouble(error, asked))
  switch (error instanceof SignalingError && error.code) {
    case 'unknown_device':
    case 'unknown_knock':
      return new NearbyTroubleError('gone')
    case 'rate_limited':
      return new NearbyTroubleError('rate_limited')
    default:
      return new NearbyTroubleError('unreachable')
  }
}

function talkTrouble({ why }: TalkError, asked: boolean): NearbyTrouble {
  switch (why) {
    case 'ended':
      return asked ? 'declined' : 'no_answer'
    case 'silent':
      return 'no_answer'
    case 'garbled':
      return 'tampered'
    case 'lost':
      return 'unreachable'
  }
}
