/**
 * An attempt at a code that somebody said: asks the page that opened it for the room and its key
 * (docs/PROTOCOL.md, "Codes"). Used by the room page before it enters the room as if by the link.
 */
import * as v from 'valibot'
import { CodeError, CodeGuest } from '../secrecy/code-exchange'
import type { Code } from '../secrecy/code-words'
import type { Invitation } from '../secrecy/invitation'
import type { RandomBytes } from '../secrecy/randomness'
import { KnockTalk, TalkError } from './knock-talk'
import { type SignalingClient, SignalingError } from './signaling-client'

/** How long the other page may take to answer, in milliseconds. */
const ANSWER_TIMEOUT_MS = 15_000

/** Why a code led nowhere. */
export type CodeTrouble =
  /** Nobody has a code with this number open. */
  | 'unknown_code'
  /** The words are others. */
  | 'wrong_code'
  /** Whoever opened it is gone, or does not answer. */
  | 'gone'
  /** What came as the other page's words was not what it said. */
  | 'tampered'
  | 'rate_limited'
  | 'unreachable'

/** Ends an attempt. */
export class CodeTroubleError extends Error {
  override readonly name = 'CodeTroubleError'
  readonly code: CodeTrouble

  constructor(code: CodeTrouble) {
    super(`code: ${code}`)
    this.code = code
  }
}

/** Whatever is needed of a line to the service; it serves this attempt alone. */
export type GuestLine = Pick<SignalingClient, 'hearCodes' | 'connect' | 'knock' | 'pake' | 'close'>

const hostsMessage = v.object({ message: v.string() })
const hostsInvitation = v.object({ sealed: v.string() })

/** One attempt. */
export class CodeJoining {
  readonly #code: Code
  readonly #line: GuestLine
  readonly #random: RandomBytes
  readonly #talk = new KnockTalk()

  constructor(code: Code, line: GuestLine, random: RandomBytes) {
    this.#code = code
    this.#line = line
    this.#random = random
    line.hearCodes({
      knocked: () => undefined,
      said: (knock, body) => this.#talk.said(knock, body),
      ended: (knock) => this.#talk.ended(knock),
      lost: () => this.#talk.lost(),
    })
  }

  /** Tries the code, once. Throws `CodeTroubleError`. */
  async run(): Promise<Invitation> {
    try {
      return await this.#run()
    } catch (error) {
      throw asTrouble(error)
    } finally {
      this.#line.close()
    }
  }

  /** Gives up: `run` throws `gone`. */
  stop(): void {
    this.#line.close()
    this.#talk.lost()
  }

  async #run(): Promise<Invitation> {
    await this.#line.connect()
    const guest = new CodeGuest(this.#code, this.#random)
    const knock = await this.#line.knock(this.#code.nameplate, { message: guest.message })
    const { message } = await this.#hear(knock, hostsMessage, 'gone')
    await this.#line.pake(knock, { confirm: guest.confirm(message) })
    // The other page breaks off when it sees that the words are wrong, and says nothing else.
    const { sealed } = await this.#hear(knock, hostsInvitation, 'wrong_code')
    return guest.open(sealed)
  }

  /** The next message of the other page; throws `trouble` where it breaks off instead. */
  async #hear<T>(
    knock: string,
    schema: v.GenericSchema<unknown, T>,
    trouble: CodeTrouble,
  ): Promise<T> {
    try {
      return await this.#talk.hear(knock, schema, ANSWER_TIMEOUT_MS)
    } catch (error) {
      const ended = error instanceof TalkError && error.why === 'ended'
      throw ended ? new CodeTroubleError(trouble) : error
    }
  }
}

function asTrouble(error: unknown): CodeTroubleError {
  if (error instanceof CodeTroubleError) return error
  if (error instanceof CodeError) return new CodeTroubleError('tampered')
  if (error instanceof TalkError) {
    return new CodeTroubleError(error.why === 'garbled' ? 'tampered' : 'gone')
  }
  switch (error instanceof SignalingError && error.code) {
    case 'unknown_code':
      return new CodeTroubleError('unknown_code')
    case 'unknown_knock':
      return new CodeTroubleError('gone')
    case 'rate_limited':
      return new CodeTroubleError('rate_limited')
    default:
      return new CodeTroubleError('unreachable')
  }
}
