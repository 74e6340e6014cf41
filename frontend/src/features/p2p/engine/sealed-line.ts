/**
 * What two pages say to each other by way of the signaling service: sealed, so that the service can neither
 * read nor change it, and one after the other, so that it can be told when their order was changed. Kept by
 * `Room` for every other page.
 */
import { browserRandom } from '../secrecy/randomness'
import { type SealedPair, SignalSealer } from '../secrecy/signal-sealer'
import { TransferError } from './failure'
import { type SignalingClient } from './signaling-client'
import { parseSignal, type PeerSignal, sealedBody } from './signaling-messages'
import * as v from 'valibot'

/** Candidates in one message; with their seal they must fit a packet. */
const MAX_CANDIDATES = 32

interface Waiting {
  signal: PeerSignal
  readonly sent: (() => void)[]
  readonly lost: ((error: unknown) => void)[]
}

/** The line to one other page. */
export class SealedLine {
  /** Between whom it runs. */
  readonly pair: SealedPair
  readonly #to: string
  readonly #sealer: SignalSealer
  readonly #signaling: Pick<SignalingClient, 'signal'>
  readonly #waiting: Waiting[] = []
  #sending = false

  constructor(pair: SealedPair, signaling: Pick<SignalingClient, 'signal'>) {
    this.pair = pair
    this.#to = pair.other.id
    this.#sealer = new SignalSealer(pair, browserRandom)
    this.#signaling = signaling
  }

  /** Says something, after what was said before. Throws what the service answers. */
  say(signal: PeerSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const last = this.#waiting.at(-1)
      const joint = last && join(last.signal, signal)
      if (joint) {
        last.signal = joint
        last.sent.push(resolve)
        last.lost.push(reject)
      } else {
        this.#waiting.push({ signal, sent: [resolve], lost: [reject] })
      }
      void this.#send()
    })
  }

  /** Opens what came. Throws `tampered` when the other page did not say it, or not now. */
  hear(event: PeerSignal['event'], message: unknown): PeerSignal {
    const { success, output } = v.safeParse(sealedBody, message)
    if (!success) throw new TransferError('tampered', 'a signal that is not sealed')
    const signal = parseSignal(event, this.#sealer.open(event, output.sealed))
    if (!signal) throw new TransferError('malformed', 'a signal')
    return signal
  }

  async #send(): Promise<void> {
    if (this.#sending) return
    this.#sending = true
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      const { event, ...body } = next.signal
      try {
        await this.#signaling.signal(this.#to, event, this.#sealer.seal(event, body))
        for (const tell of next.sent) tell()
      } catch (error) {
        for (const tell of next.lost) tell(error)
      }
    }
    this.#sending = false
  }
}

/** Two signals as one, where that says the same. */
function join(a: PeerSignal, b: PeerSignal): PeerSignal | undefined {
  if (a.event !== 'ice-candidate' || b.event !== 'ice-candidate' || a.link !== b.link) {
    return undefined
  }
  if (a.network || b.network) return undefined
  const candidates = [...a.candidates, ...b.candidates]
  return candidates.length > MAX_CANDIDATES ? undefined : { ...a, candidates }
}
