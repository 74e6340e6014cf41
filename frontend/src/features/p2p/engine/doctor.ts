/**
 * Finds out how this page and another member are connected, and why not better: looks at what ICE tried, tests this
 * side's network, and judges. Made by the page for one member, when a person asks.
 */
import { type Attempt } from './doctor-attempt'
import { diagnose, type Finding, type NetworkSummary } from './doctor-diagnosis'
import { type Network, type SelfTest, testNetwork } from './doctor-self-test'
import { type Path } from './connection'
import { Store } from './store'

/** Whom it is about; a `Member` is one. */
export interface Patient {
  readonly reach: { getSnapshot(): { readonly path: Path | undefined } }
  /** What ICE tried last, or tries now. */
  attempt(): Promise<Attempt | undefined>
  /** Where to ask about this side's network. */
  network(): Promise<Network>
  /** Asks the other side about its own. */
  readonly networks: { ask(signal: AbortSignal): Promise<NetworkSummary | undefined> }
}

/** What is known at one moment. */
export interface Examination {
  readonly state: 'running' | 'done'
  /** How the two were connected when it was looked at. */
  readonly path: Path | undefined
  readonly attempt: Attempt | undefined
  readonly here: SelfTest | undefined
  readonly there: NetworkSummary | undefined
  /** From the most important on; empty while it runs. */
  readonly findings: readonly Finding[]
  /** How long the self-test took, in milliseconds. */
  readonly tookMs: number | undefined
}

const NOTHING: Examination = {
  state: 'running',
  path: undefined,
  attempt: undefined,
  here: undefined,
  there: undefined,
  findings: [],
  tookMs: undefined,
}

/** Examines one connection, as often as it is asked to. */
export class Doctor {
  readonly now = new Store<Examination>(NOTHING)
  readonly #patient: Patient
  readonly #test: typeof testNetwork
  #running: AbortController | undefined

  constructor(patient: Patient, test = testNetwork) {
    this.#patient = patient
    this.#test = test
  }

  /** Begins anew. */
  examine(): void {
    this.stop()
    this.#running = new AbortController()
    this.now.set(NOTHING)
    void this.#examine(this.#running.signal)
  }

  /** Breaks off what runs; nothing more will be told of it. */
  stop(): void {
    this.#running?.abort()
  }

  async #examine(signal: AbortSignal): Promise<void> {
    const began = performance.now()
    try {
      const network = await this.#patient.network()
      const [here, there] = await Promise.all([
        this.#test(network, signal),
        this.#patient.networks.ask(signal),
      ])
      signal.throwIfAborted()
      // Looked at last: while the test ran, a better way may have been found.
      const attempt = await this.#patient.attempt()
      signal.throwIfAborted()
      const { path } = this.#patient.reach.getSnapshot()
      const findings = diagnose({ path, attempt, here, there })
      const tookMs = performance.now() - began
      this.now.set({ state: 'done', path, attempt, here, there, findings, tookMs })
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }
}
