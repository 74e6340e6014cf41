/**
 * A short self-test of this page's network, by real parts: what addresses WebRTC finds, whether STUN answers and
 * how the network maps ports, whether TURN carries data, whether the relay is there. Everything is asked of our own
 * server, bounded in time, and stops when it is told to. Run by `Doctor`; it sends the other side nothing.
 */
import { gather, type Gathered } from './doctor-gathering'
import { knockAtRelay } from './doctor-relay'
import { loopThroughTurn } from './doctor-turn'
import { type IceServer } from './signaling-messages'

/** How an answer that may not come came. */
export interface Answered {
  /** After how many milliseconds. */
  readonly ms: number
}

/** Whether the network shows one socket alike to all (RFC 4787 §4.1), as far as two ports can tell. */
export type Mapping =
  /** Under one address and port, so that whoever is told of it gets through. */
  | 'same'
  /** Under another towards each destination, so that nobody can be told of it beforehand. */
  | 'per destination'
  /** There were no two ports to ask, or not both answered. */
  | 'unknown'

/** What TURN does for this page. */
export type TurnOutcome =
  /** It carries data; with the time it takes there and back. */
  | { readonly state: 'carries'; readonly roundTripMs: number }
  /** It gave addresses, and nothing comes through. */
  | { readonly state: 'carries nothing' }
  /** It answers, and refuses. */
  | { readonly state: 'refused' }
  /** It does not answer. */
  | { readonly state: 'silent' }
  /** There is none. */
  | { readonly state: 'none' }

/** What was found out. */
export interface SelfTest {
  /** Whether the signaling service answers. */
  readonly service: boolean
  /** This device's own addresses, as pages get to see them. */
  readonly addresses:
    | 'seen'
    /** Behind names that only the same network understands (mDNS). */
    | 'hidden'
    /** WebRTC is switched off, or there is no network. */
    | 'none'
  /** Some address was of the sixth version; where addresses are hidden nobody can tell. */
  readonly ipv6: boolean
  /** Whether a packet by UDP reaches the server and its answer comes back; `none` where there is nobody to ask. */
  readonly stun: Answered | 'silent' | 'none'
  readonly mapping: Mapping
  readonly turn: TurnOutcome
  /** Whether the relay over WebSocket answers. */
  readonly relay: Answered | 'silent'
}

/** Where to ask. */
export interface Network {
  /** Whether the signaling service has just answered. */
  readonly service: boolean
  readonly iceServers: readonly IceServer[]
  /** `stun:` URLs of one server at two ports. */
  readonly stunProbes: readonly string[]
  /** Where the relay is: a `ws:` or `wss:` address. */
  readonly relayAddress: string
}

/** How long STUN may take, in milliseconds: the fifth repetition of a question would come after that. */
const STUN_PATIENCE_MS = 4000

/** Runs all parts side by side. Throws the signal's reason when told to stop. */
export async function testNetwork(network: Network, signal: AbortSignal): Promise<SelfTest> {
  const [first, ...others] = stunUrls(network)
  const ask = (urls: readonly string[]) =>
    gather(urls.length > 0 ? [{ urls: [...urls] }] : [], STUN_PATIENCE_MS, signal)
  const second = others[0]
  const [one, other, both, turn, relay] = await Promise.all([
    ask(first === undefined ? [] : [first]),
    second === undefined ? undefined : ask([second]),
    first === undefined || second === undefined ? undefined : ask([first, second]),
    loopThroughTurn(network.iceServers.filter(isTurn), signal),
    knockAtRelay(network.relayAddress, signal),
  ])
  signal.throwIfAborted()
  return {
    service: network.service,
    addresses: addressesOf(one),
    ipv6: one.candidates.some(({ address }) => address.includes(':')),
    stun: first === undefined ? 'none' : stunOf(one, turn),
    mapping: other && both ? mappingOf(one, other, both) : 'unknown',
    turn,
    relay,
  }
}

/** Servers to ask for one's own address, those of the server's two ports first. A TURN server is one, too. */
function stunUrls({ iceServers, stunProbes }: Network): string[] {
  const urls = iceServers.flatMap((server) => server.urls)
  const overUdp = urls.filter((url) => url.startsWith('turn:') && !url.includes('transport=tcp'))
  const known = [
    ...stunProbes,
    ...overUdp.map((url) => url.replace(/^turn:/, 'stun:').replace(/\?.*/, '')),
    ...urls.filter((url) => url.startsWith('stun:')),
  ]
  return [...new Set(known)]
}

function isTurn({ urls }: IceServer): boolean {
  return urls.some((url) => /^turns?:/.test(url))
}

function addressesOf({ candidates }: Gathered): SelfTest['addresses'] {
  const own = candidates.filter(({ kind }) => kind === 'host')
  if (own.length === 0) return 'none'
  return own.every(({ address }) => address.endsWith('.local')) ? 'hidden' : 'seen'
}

function stunOf({ candidates, ms, complete }: Gathered, turn: TurnOutcome): SelfTest['stun'] {
  const seen = candidates.find(({ kind }) => kind === 'srflx')
  if (seen) return { ms: seen.afterMs }
  // With no translation between, the address outside is the one inside, and the browser tells it once.
  return complete && turn.state === 'carries' ? { ms } : 'silent'
}

/**
 * Compares what two ports of one server see of one socket. Each is asked alone, too: a browser may have several
 * networks, each with an address outside, and then only more addresses than those mean another mapping.
 */
function mappingOf(one: Gathered, other: Gathered, both: Gathered): Mapping {
  const [alone, beside, together] = [one, other, both].map(
    ({ candidates }) =>
      new Set(
        candidates
          .filter(({ kind }) => kind === 'srflx')
          .map(({ address, port }) => `${address} ${port}`),
      ).size,
  )
  if (!alone || !beside || !together) return 'unknown'
  return together > Math.max(alone, beside) ? 'per destination' : 'same'
}
