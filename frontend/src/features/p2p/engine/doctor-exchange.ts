/**
 * What two pages tell each other of their networks, for a doctor on either side: kinds, and no address. Asked by
 * `Doctor`; it travels sealed, as candidates do. Kept by `Member`.
 */
import { type NetworkSummary } from './doctor-diagnosis'
import { within } from './doctor-patience'
import { type Network, type SelfTest, testNetwork } from './doctor-self-test'
import { type NetworkNote } from './signaling-messages'

/** How long the other side may take to test its network and answer, in milliseconds. */
const PATIENCE_MS = 9000
/** How long an answer is good, in milliseconds: whoever asks again sooner gets the same. */
const GOOD_FOR_MS = 30_000

interface ExchangeOptions {
  /** Sends a note to the other side. Throws where it cannot be reached. */
  say(note: NetworkNote): Promise<void>
  /** Where to ask about this side's network. */
  network(): Promise<Network>
  test?: typeof testNetwork
}

/** The two ends of such talk with one member. */
export class NetworkExchange {
  readonly #options: ExchangeOptions
  /** Who waits for an answer, or has given up: telling those again does nothing. */
  readonly #waiting: ((summary: NetworkSummary) => void)[] = []
  #answer: Promise<NetworkSummary> | undefined
  #answeredAt = 0

  constructor(options: ExchangeOptions) {
    this.#options = options
  }

  /** Asks the other side; undefined where no answer comes, as from a page that does not know the question. */
  ask(signal: AbortSignal): Promise<NetworkSummary | undefined> {
    return within<NetworkSummary | undefined>(PATIENCE_MS, signal, (tell) => {
      this.#waiting.push(tell)
      this.#options.say({ ask: true }).catch(() => tell(undefined))
    })
  }

  /** Takes a note from the other side. */
  hear(note: NetworkNote): void {
    if ('ask' in note) void this.#tell()
    else for (const tell of this.#waiting.splice(0)) tell(note)
  }

  async #tell(): Promise<void> {
    const now = performance.now()
    if (!this.#answer || now - this.#answeredAt > GOOD_FOR_MS) {
      this.#answeredAt = now
      this.#answer = this.#examine()
    }
    try {
      await this.#options.say(await this.#answer)
    } catch {
      // Nobody to ask or to tell: the other side does without.
    }
  }

  async #examine(): Promise<NetworkSummary> {
    const { test = testNetwork } = this.#options
    return summaryOf(await test(await this.#options.network(), AbortSignal.timeout(PATIENCE_MS)))
  }
}

function summaryOf({ stun, mapping, turn }: SelfTest): NetworkSummary {
  const carries = turn.state === 'carries'
  // Where there is nobody to ask, nobody knows of a hindrance.
  return { udp: stun !== 'silent' || carries, mapping, turn: carries }
}
