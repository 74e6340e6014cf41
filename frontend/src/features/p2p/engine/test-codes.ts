/** A signaling service in memory, as far as codes go, for tests of the two ends of one. */
import type { GuestLine } from './code-guest'
import type { HostLine } from './code-host'
import { type CodeListener, SignalingError } from './signaling-client'

/** What one side said about an attempt; tests may change it on its way. */
export interface Said {
  readonly from: 'host' | 'guest'
  readonly body: object
}

/** The service: one host, and guests one after the other. */
export class CodeService {
  /** What was passed on, in order. */
  readonly passed: Said[] = []
  /** Changes what is passed on; undefined swallows it. */
  between: (said: Said) => object | undefined = ({ body }) => body
  /** The code that is open. */
  nameplate: string | undefined
  /** Lines of guests that are not closed. */
  guests = 0
  /** What the service does instead of opening a code. */
  refuses: SignalingError | undefined
  #opened = 4820
  #knocks = 0
  #host: CodeListener | undefined
  #guest: CodeListener | undefined
  #underWay: string | undefined

  /** The line of the page that opens codes. */
  readonly host: HostLine = {
    hearCodes: (listener) => {
      this.#host = listener
    },
    openCode: async () => {
      await Promise.resolve()
      if (this.refuses) throw this.refuses
      this.#opened += 1
      this.nameplate = String(this.#opened)
      return this.nameplate
    },
    closeCode: () => {
      this.nameplate = undefined
      return Promise.resolve()
    },
    pake: (knock, body) => this.#pass(knock, { from: 'host', body }, () => this.#guest),
    endKnock: (knock) => this.#end(knock, () => this.#guest),
  }

  /** The line of a page that tries one. */
  guest(): GuestLine {
    let own: CodeListener | undefined
    this.guests += 1
    return {
      hearCodes: (listener) => {
        own = listener
        this.#guest = listener
      },
      connect: () => Promise.resolve(),
      knock: async (nameplate, body) => {
        await Promise.resolve()
        if (nameplate !== this.nameplate) throw new SignalingError('unknown_code', '')
        this.nameplate = undefined
        this.#knocks += 1
        const knock = `knock ${this.#knocks}`
        this.#underWay = knock
        this.passed.push({ from: 'guest', body })
        this.#host?.knocked(knock, this.between({ from: 'guest', body }) ?? {})
        return knock
      },
      pake: (knock, body) => this.#pass(knock, { from: 'guest', body }, () => this.#host),
      close: () => {
        this.guests -= 1
        if (own === this.#guest && this.#underWay !== undefined) {
          void this.#end(this.#underWay, () => this.#host)
        }
      },
    }
  }

  /** The host's connection is lost, and with it whatever is under way. */
  loseHost(): void {
    if (this.#underWay !== undefined) void this.#end(this.#underWay, () => this.#guest)
    this.nameplate = undefined
    this.#host?.lost()
  }

  async #pass(knock: string, said: Said, to: () => CodeListener | undefined): Promise<void> {
    await Promise.resolve()
    if (knock !== this.#underWay) throw new SignalingError('unknown_knock', '')
    this.passed.push(said)
    const body = this.between(said)
    if (body) to()?.said(knock, body)
  }

  #end(knock: string, tell: () => CodeListener | undefined): Promise<void> {
    if (knock !== this.#underWay) return Promise.reject(new SignalingError('unknown_knock', ''))
    this.#underWay = undefined
    tell()?.ended(knock)
    return Promise.resolve()
  }
}
