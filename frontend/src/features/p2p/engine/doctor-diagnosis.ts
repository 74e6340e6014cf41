/**
 * Why two pages are connected as they are, or not at all: from what ICE tried between them and from the self-test
 * of one side. A pure function; `doctor-words.ts` says what it finds in words.
 */
import { type Path } from './connection'
import { type Attempt } from './doctor-attempt'
import { type Mapping, type SelfTest } from './doctor-self-test'

/** What the other side says of its own network: kinds, and no address. */
export interface NetworkSummary {
  /** A packet by UDP gets out and back. */
  readonly udp: boolean
  readonly mapping: Mapping
  /** TURN carries data for it. */
  readonly turn: boolean
}

/** All there is to judge by. */
export interface Observations {
  /** How the two are connected; undefined where they are not. */
  readonly path: Path | undefined
  /** What ICE tried between the two; undefined where nothing is known of it. */
  readonly attempt: Attempt | undefined
  readonly here: SelfTest
  /** Undefined where the other side said nothing. */
  readonly there?: NetworkSummary | undefined
}

/** What is found, and matters. */
export type Finding =
  /** Connected directly. */
  | 'fine'
  /** Nothing of the server answers. */
  | 'offline'
  /** This browser makes no connections of the kind: WebRTC is off, or blocked. */
  | 'no_webrtc'
  /** No UDP gets out of this network; or out of the other side's. */
  | 'udp_blocked'
  | 'udp_blocked_there'
  /** A network shows its device under another port to everybody, so that no way in is known beforehand. */
  | 'symmetric_here'
  | 'symmetric_there'
  | 'symmetric_both'
  /** Both get out, and what they send each other is dropped. */
  | 'filtered'
  /** The server has nobody to tell a page how it is seen from outside. */
  | 'no_stun'
  /** Nothing explains why there is no direct way. */
  | 'unknown'
  /** TURN would help, and: there is none; it does not answer, or does not carry; it has no place left. */
  | 'no_turn'
  | 'turn_unreachable'
  | 'turn_refused'
  /** Only the relay connects the two. */
  | 'relay_only'
  /** The last way of all, the relay, does not answer. */
  | 'relay_unreachable'

/** What there is to say, from the most important on; never empty. */
export function diagnose(seen: Observations): readonly [Finding, ...Finding[]] {
  if (seen.path === 'direct') return ['fine']
  const { here, path } = seen
  if (path === undefined && isOffline(here)) return ['offline']
  return [whyNotDirect(seen), ...whyNoTurn(seen), ...(path === 'turn' ? [] : lastWay(seen))]
}

function isOffline({ service, stun, turn, relay }: SelfTest): boolean {
  const silent = relay === 'silent' && (stun === 'silent' || stun === 'none')
  return !service && silent && turn.state !== 'carries'
}

function whyNotDirect(seen: Observations): Finding {
  const { here, attempt, there } = seen
  if (here.addresses === 'none') return 'no_webrtc'
  if (here.stun === 'silent') return 'udp_blocked'
  if (udpBlockedThere(seen)) return 'udp_blocked_there'
  const symmetric = {
    here: here.mapping === 'per destination',
    there: there?.mapping === 'per destination',
  }
  if (symmetric.here && symmetric.there) return 'symmetric_both'
  if (symmetric.here) return 'symmetric_here'
  if (symmetric.there) return 'symmetric_there'
  if (here.stun === 'none') return 'no_stun'
  return attempt && foundTheirWaysOut(attempt) ? 'filtered' : 'unknown'
}

/** Both sides told each other how they are seen from outside. */
function foundTheirWaysOut({ here, there }: Attempt): boolean {
  return here.srflx > 0 && there.srflx > 0
}

/**
 * What the other side says, or that it named no address that UDP would have told it, although the same server answers
 * us. A side that lies in the open names its own address only, but TURN gives it one as well.
 */
function udpBlockedThere({ here, attempt, there }: Observations): boolean {
  if (there) return !there.udp
  if (!attempt || here.turn.state !== 'carries') return false
  const { host, srflx, prflx, relay } = attempt.there
  return host > 0 && srflx + prflx + relay === 0
}

/** Without UDP, TURN by UDP cannot be had, and there is no more to say. */
function whyNoTurn({ here, path }: Observations): Finding[] {
  if (path === 'turn' || here.stun === 'silent') return []
  switch (here.turn.state) {
    case 'none':
      return ['no_turn']
    case 'refused':
      return ['turn_refused']
    case 'silent':
    case 'carries nothing':
      return ['turn_unreachable']
    case 'carries':
      return []
  }
}

function lastWay({ here, path }: Observations): Finding[] {
  if (path === 'relay') return ['relay_only']
  return here.relay === 'silent' ? ['relay_unreachable'] : []
}
