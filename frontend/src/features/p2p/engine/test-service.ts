/** The signaling service as a room sees it, for tests: it answers what the test says, and tells what the test tells. */
import { type SealedMember, type SealedPair, SignalSealer } from '../secrecy/signal-sealer'
import { browserRandom } from '../secrecy/randomness'
import { type LinkKey } from '../secrecy/link-key'
import { PAGE_NONCE } from './page-nonce'
import { type RoomService, type SignalingListener } from './signaling-client'
import { type IceServer, type Joined, type Peer } from './signaling-messages'
import { type TransferReport } from './transfer-report'

/** What a room said to one member, sealed. */
export interface SaidTo {
  readonly to: string
  readonly event: 'offer' | 'answer' | 'ice-candidate'
  readonly sealed: string
}

/** A service with one room in it, `ROOM`, in which we are `US`. */
export class TestService implements RoomService {
  readonly said: SaidTo[] = []
  /** What was asked for, in order. */
  readonly asked: string[] = []
  /** What was reported of transfers, in order. */
  readonly reports: ({ peer: string } & TransferReport)[] = []
  closed = false
  /** Who is in the room when we enter it. */
  peers: Peer[] = []
  iceServersNow: IceServer[] = []
  locked = false
  /** Who takes files in the room, if that is what it is for. */
  takes: string | undefined
  /** Thrown instead of the next answer to what is asked under that name. */
  readonly refuses = new Map<string, Error>()
  /** Given what answers, or refuses, instead of the next answer to what is asked under that name. */
  readonly delays = new Map<string, (answer: (refusal?: Error) => void) => void>()
  listener: SignalingListener | undefined

  /** To be given to a `Room`. */
  readonly connectTo = (listener: SignalingListener): RoomService => {
    this.listener = listener
    return this
  }

  connect = () => this.#answer('connect', undefined)
  create = () => this.#answer('create', this.#joined())
  join = (room: string, nonce: string, resume?: string) =>
    this.#answer(`join ${[room, nonce, resume].filter(Boolean).join(' ')}`, this.#joined())
  lock = (locked: boolean) => this.#answer(`lock ${locked}`, undefined)
  eject = (peer: string) => this.#answer(`eject ${peer}`, undefined)
  openRelay = (to: string) =>
    this.#answer(`relay ${to}`, { url: 'ws://files.test/relay', ticket: 'ticket' })
  iceServers = () => this.#answer('ice-servers', { ice_servers: this.iceServersNow })
  openCode = () => this.#answer('open-code', '4821')
  closeCode = () => this.#answer('close-code', undefined)
  knock = () => this.#answer('knock', 'k'.repeat(22))
  pake = () => this.#answer('pake', undefined)
  endKnock = () => this.#answer('knock-ended', undefined)
  hearCodes = () => undefined
  appear = (described: { name: string }) =>
    this.#answer('appear', { self: { id: 'n'.repeat(22), ...described }, devices: [] })
  report = (peer: string, report: TransferReport) => {
    this.reports.push({ peer, ...report })
    return this.#answer('report', undefined)
  }
  disappear = () => this.#answer('disappear', undefined)
  knockNearby = () => this.#answer('nearby-knock', 'k'.repeat(22))
  hearNearby = () => undefined

  signal = (to: string, event: SaidTo['event'], sealed: string) => {
    this.said.push({ to, event, sealed })
    return this.#answer(`signal ${event}`, undefined)
  }

  close(): void {
    this.closed = true
  }

  #joined(): Joined {
    const { peers, iceServersNow, locked, takes } = this
    const entered = { room: ROOM, self: US, peers, ice_servers: iceServersNow, resume: RESUME }
    return { ...entered, ...(locked && { locked }), ...(takes !== undefined && { takes }) }
  }

  #answer<T>(name: string, value: T): Promise<T> {
    this.asked.push(name)
    const [first = ''] = name.split(' ')
    const [refusal, delay] = [this.refuses.get(first), this.delays.get(first)]
    this.refuses.delete(first)
    this.delays.delete(first)
    if (refusal) return Promise.reject(refusal)
    if (!delay) return Promise.resolve(value)
    return new Promise((resolve, reject) => {
      delay((late) => {
        if (late) reject(late)
        else resolve(value)
      })
    })
  }
}

/** The room, and who we are in it. */
export const ROOM = 'r'.repeat(22)
export const US: SealedMember = { id: 'u'.repeat(22), nonce: PAGE_NONCE }
/** What gives our place in the room back. */
export const RESUME = 's'.repeat(22)

/** Another member's page: seals what it says to us, and opens what we say to it. */
export class OtherPage {
  readonly peer: Required<Pick<Peer, 'id' | 'nonce'>>
  readonly #service: TestService
  readonly #sealer: SignalSealer

  constructor(service: TestService, key: LinkKey, letter: string, page = letter) {
    this.#service = service
    this.peer = { id: letter.repeat(22), nonce: page.repeat(22) }
    const pair: SealedPair = { key, room: ROOM, self: this.peer, other: US }
    this.#sealer = new SignalSealer(pair, browserRandom)
  }

  /** Seals something to be said later. */
  seal(event: SaidTo['event'], body: object): object {
    return { sealed: this.#sealer.seal(event, body) }
  }

  /** Says something to us. */
  say(event: SaidTo['event'], body: object): void {
    this.#service.listener?.signal(this.peer.id, event, this.seal(event, body))
  }

  /** Opens everything we have said to it and it has not heard, in order. */
  hear(): Record<string, unknown>[] {
    const ours = this.#service.said.filter(({ to }) => to === this.peer.id)
    const said = this.#service.said.filter(({ to }) => to !== this.peer.id)
    this.#service.said.splice(0, Infinity, ...said)
    return ours.map(({ event, sealed }) => ({
      event,
      ...(this.#sealer.open(event, sealed) as object),
    }))
  }
}
