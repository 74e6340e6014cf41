/** What the doctor found, in words: about the person's file first, and about networks only as far as it helps. */
import type { Path } from './engine/connection'
import type { CandidateKind, PairsTried } from './engine/doctor-attempt'
import type { Finding, NetworkSummary } from './engine/doctor-diagnosis'
import type { SelfTest } from './engine/doctor-self-test'
import type { Trouble } from './words'

/** Names of the ways, as the label on the line shows them. */
export const PATHS: Record<Path, string> = { direct: 'Direct', turn: 'TURN', relay: 'Relay' }

/** A finding: what is the matter, and what one can do; `next` is empty where nothing need be done. */
export function findingWords(finding: Finding): Trouble {
  switch (finding) {
    case 'fine':
      return { what: 'You are connected directly.', next: '' }
    case 'offline':
      return {
        what: 'Nothing of the server can be reached from here.',
        next: 'Check that you are online. The network’s sign-in page, or a firewall, may be in the way.',
      }
    case 'no_webrtc':
      return {
        what: 'This browser makes no direct connections.',
        next: 'A setting or an extension has switched WebRTC off. Allow it here, or use another browser.',
      }
    case 'udp_blocked':
      return {
        what: 'This network lets no UDP through, and direct connections need it.',
        next: 'Another network helps, such as a phone’s. Or ask whoever runs this one to let UDP out.',
      }
    case 'udp_blocked_there':
      return {
        what: 'The other side’s network lets no UDP through, and direct connections need it.',
        next: 'It helps if they use another network, such as a phone’s.',
      }
    case 'symmetric_here':
      return {
        what: 'This network shows you under another address to everybody you talk to, so the other side cannot find you.',
        next: 'Mobile and office networks often do that (symmetric NAT). Another network here helps, or the same one for both of you.',
      }
    case 'symmetric_there':
      return {
        what: 'The other side’s network shows them under another address to everybody they talk to, so you cannot find them.',
        next: 'Mobile and office networks often do that (symmetric NAT). It helps if they use another one, or the same as you.',
      }
    case 'symmetric_both':
      return {
        what: 'Both networks show you under another address to everybody you talk to, so neither side can find the other.',
        next: 'Mobile and office networks often do that (symmetric NAT). The same network for both of you helps.',
      }
    case 'filtered':
      return {
        what: 'Both networks let you out, and keep out what the other side sends.',
        next: 'A firewall does that, or a Wi-Fi that keeps its guests apart. Another network on either side helps.',
      }
    case 'no_stun':
      return {
        what: 'This server cannot tell your browser how it is seen from outside, so there is no direct way between networks.',
        next: 'Being on the same network helps. Whoever runs the server can switch TURN on, or set STUN_URLS.',
      }
    case 'unknown':
      return {
        what: 'No direct way was found, and the test shows no reason.',
        next: 'A firewall on either side may be in the way. Being on the same network helps.',
      }
    case 'no_turn':
      return {
        what: 'This server has no TURN, which would be the next best way.',
        next: 'Whoever runs it can switch that on.',
      }
    case 'turn_unreachable':
      return {
        what: 'The server’s TURN, which would be the next best way, cannot be reached.',
        next: 'Whoever runs the server should see that its UDP port is open.',
      }
    case 'turn_refused':
      return {
        what: 'The server’s TURN, which would be the next best way, takes nobody in at the moment.',
        next: 'Try again in a few minutes.',
      }
    case 'relay_only':
      return {
        what: 'Only the server’s relay connects the two of you.',
        next: 'The page goes on looking for a better way, and takes it in the middle of a file.',
      }
    case 'relay_unreachable':
      return {
        what: 'The server’s relay, the last way of all, cannot be reached either.',
        next: 'Something here blocks WebSocket connections: a proxy, or the network’s filter.',
      }
  }
}

/** What the way in use means for the file. */
export function pathWords(path: Path | undefined): string {
  switch (path) {
    case 'direct':
      return 'Your file goes straight from one browser to the other, as fast as the two networks let it.'
    case 'turn':
      return 'The server passes your file on (TURN). It can read nothing of it; it may be slower than a direct way.'
    case 'relay':
      return 'The server passes your file on through its relay. It can read nothing of it; it is slower than other ways.'
    case undefined:
      return 'There is no way for your file at the moment. What has arrived is kept.'
  }
}

/** One thing that was looked at. */
export interface Check {
  readonly what: string
  readonly found: string
  /** Undefined where it is neither. */
  readonly good: boolean | undefined
}

/** Everything that the self-test looked at on this side. */
export function checksHere(test: SelfTest): Check[] {
  const { service, addresses, stun, mapping, turn, relay, ipv6 } = test
  return [
    { what: 'Server', found: service ? 'Answers' : 'No answer', good: service },
    {
      what: 'This device',
      found: {
        seen: 'Has addresses',
        hidden: 'Has addresses, hidden from pages',
        none: 'Has no addresses for pages',
      }[addresses],
      good: addresses !== 'none',
    },
    {
      what: 'UDP to the server',
      found:
        stun === 'none'
          ? 'Nobody to ask'
          : stun === 'silent'
            ? 'No answer'
            : `Gets through, ${milliseconds(stun.ms)}`,
      good: stun === 'none' ? undefined : stun !== 'silent',
    },
    mappingCheck(mapping),
    turnCheck(turn),
    {
      what: 'Relay',
      found: relay === 'silent' ? 'No answer' : `Answers, ${milliseconds(relay.ms)}`,
      good: relay !== 'silent',
    },
    { what: 'IPv6', found: ipv6 ? 'Seen' : 'Not seen', good: ipv6 || undefined },
  ]
}

/** What the other side tells of its own network. */
export function checksThere(there: NetworkSummary | undefined): Check[] {
  if (!there) return [{ what: 'Their network', found: 'They did not answer', good: undefined }]
  return [
    {
      what: 'UDP to the server',
      found: there.udp ? 'Gets through' : 'No answer',
      good: there.udp,
    },
    mappingCheck(there.mapping),
    {
      what: 'TURN',
      found: there.turn ? 'Carries data' : 'Carries nothing',
      good: there.turn || undefined,
    },
  ]
}

function mappingCheck(mapping: SelfTest['mapping']): Check {
  const what = 'Seen from outside'
  switch (mapping) {
    case 'same':
      return { what, found: 'Under one address by all', good: true }
    case 'per destination':
      return { what, found: 'Under another address by everybody', good: false }
    case 'unknown':
      return { what, found: 'Not known', good: undefined }
  }
}

function turnCheck(turn: SelfTest['turn']): Check {
  const what = 'TURN'
  switch (turn.state) {
    case 'carries':
      return { what, found: `Carries data, ${milliseconds(turn.roundTripMs)}`, good: true }
    case 'carries nothing':
      return { what, found: 'Gives an address, and carries nothing', good: false }
    case 'refused':
      return { what, found: 'Refuses', good: false }
    case 'silent':
      return { what, found: 'No answer', good: false }
    case 'none':
      return { what, found: 'This server has none', good: undefined }
  }
}

const KINDS: Record<CandidateKind, string> = {
  host: 'own address',
  srflx: 'outside address',
  prflx: 'address met on the way',
  relay: 'TURN',
}

const OUTCOMES: Record<PairsTried['outcome'], string> = {
  'in use': 'in use',
  open: 'open',
  failed: 'no answer',
  tried: 'being tried',
}

/** Pairs of candidates and how they fared, in two parts. */
export function pairWords({ here, there, outcome, roundTripMs }: PairsTried): [string, string] {
  const time = roundTripMs === undefined ? '' : `, ${milliseconds(roundTripMs)}`
  return [`${KINDS[here]} – ${KINDS[there]}`, `${OUTCOMES[outcome]}${time}`]
}

function milliseconds(value: number): string {
  return value < 1 ? 'under 1 ms' : `${Math.round(value)} ms`
}
