// @vitest-environment node
import { describe, expect, it } from 'vitest'
import { type Attempt, type Candidates } from './doctor-attempt'
import { diagnose, type Finding, type NetworkSummary, type Observations } from './doctor-diagnosis'
import { type SelfTest } from './doctor-self-test'

/** A network without hindrances. */
const OPEN: SelfTest = {
  service: true,
  addresses: 'hidden',
  ipv6: false,
  stun: { ms: 10 },
  mapping: 'same',
  turn: { state: 'carries', roundTripMs: 2 },
  relay: { ms: 10 },
}
const BLOCKED: SelfTest = { ...OPEN, stun: 'silent', mapping: 'unknown', turn: { state: 'silent' } }
const SYMMETRIC: SelfTest = { ...OPEN, mapping: 'per destination' }
const OFFLINE: SelfTest = { ...BLOCKED, service: false, relay: 'silent' }

const THERE: NetworkSummary = { udp: true, mapping: 'same', turn: true }

const side = (fields: Partial<Candidates>): Candidates => ({
  ...{ host: 1, srflx: 0, prflx: 0, relay: 0 },
  ...fields,
})
const attempt = (here: Candidates, there: Candidates): Attempt => ({ here, there, pairs: [] })
const EVERYTHING = side({ srflx: 1, relay: 1 })
const BOTH_OUTSIDE = attempt(EVERYTHING, EVERYTHING)

describe('the diagnosis', () => {
  it.each<[string, Partial<Observations>, Finding[]]>([
    ['is fine where the way is direct', { path: 'direct' }, ['fine']],
    ['is fine there whatever the test says', { path: 'direct', here: BLOCKED }, ['fine']],
    [
      'names UDP that is blocked here',
      { path: 'relay', here: BLOCKED },
      ['udp_blocked', 'relay_only'],
    ],
    [
      'does so too where TURN comes through by other means',
      { path: 'turn', here: { ...OPEN, stun: 'silent' } },
      ['udp_blocked'],
    ],
    [
      'names UDP that is blocked there, as they say',
      { path: 'relay', there: { ...THERE, udp: false, turn: false } },
      ['udp_blocked_there', 'relay_only'],
    ],
    [
      'or as their candidates show',
      { path: 'relay', attempt: attempt(EVERYTHING, side({})), there: undefined },
      ['udp_blocked_there', 'relay_only'],
    ],
    [
      'which candidates do not show where the server tells nobody of theirs',
      {
        path: 'relay',
        here: { ...OPEN, turn: { state: 'none' } },
        attempt: attempt(side({ srflx: 1 }), side({})),
        there: undefined,
      },
      ['unknown', 'no_turn', 'relay_only'],
    ],
    [
      'nor before there are any',
      { path: 'relay', attempt: attempt(EVERYTHING, side({ host: 0 })), there: undefined },
      ['unknown', 'relay_only'],
    ],
    ['names a symmetric NAT here', { path: 'turn', here: SYMMETRIC }, ['symmetric_here']],
    [
      'here, where the other side says nothing',
      { path: 'turn', here: SYMMETRIC, there: undefined },
      ['symmetric_here'],
    ],
    [
      'there',
      { path: 'turn', there: { ...THERE, mapping: 'per destination' } },
      ['symmetric_there'],
    ],
    [
      'and on both sides',
      { path: 'turn', here: SYMMETRIC, there: { ...THERE, mapping: 'per destination' } },
      ['symmetric_both'],
    ],
    [
      'with the TURN that would help and is not there',
      { path: 'relay', here: { ...SYMMETRIC, turn: { state: 'none' } } },
      ['symmetric_here', 'no_turn', 'relay_only'],
    ],
    [
      'or does not answer',
      { path: 'relay', here: { ...SYMMETRIC, turn: { state: 'silent' } } },
      ['symmetric_here', 'turn_unreachable', 'relay_only'],
    ],
    [
      'or carries nothing',
      { path: 'relay', here: { ...SYMMETRIC, turn: { state: 'carries nothing' } } },
      ['symmetric_here', 'turn_unreachable', 'relay_only'],
    ],
    [
      'or takes nobody in',
      { path: undefined, here: { ...SYMMETRIC, turn: { state: 'refused' } } },
      ['symmetric_here', 'turn_refused'],
    ],
    [
      'names filters where both know their ways out and nothing comes through',
      { path: 'turn', attempt: BOTH_OUTSIDE },
      ['filtered'],
    ],
    [
      'names the missing STUN where there is nobody to ask',
      {
        path: 'relay',
        here: { ...OPEN, stun: 'none', mapping: 'unknown', turn: { state: 'none' } },
      },
      ['no_stun', 'no_turn', 'relay_only'],
    ],
    [
      'names WebRTC that is switched off',
      { path: 'relay', here: { ...BLOCKED, addresses: 'none' } },
      ['no_webrtc', 'relay_only'],
    ],
    ['names a network that is gone', { path: undefined, here: OFFLINE }, ['offline']],
    [
      'also where there is no STUN that could be silent',
      { path: undefined, here: { ...OFFLINE, stun: 'none', turn: { state: 'none' } } },
      ['offline'],
    ],
    [
      'but not while the service answers',
      { path: undefined, here: { ...OFFLINE, service: true } },
      ['udp_blocked', 'relay_unreachable'],
    ],
    [
      'nor while something connects the two',
      { path: 'relay', here: OFFLINE },
      ['udp_blocked', 'relay_only'],
    ],
    [
      'tells that the relay cannot be reached either',
      { path: undefined, here: { ...SYMMETRIC, relay: 'silent' } },
      ['symmetric_here', 'relay_unreachable'],
    ],
    ['does not know what it does not know', { path: undefined, attempt: undefined }, ['unknown']],
  ])('%s', (_, fields, findings) => {
    const seen = { path: undefined, attempt: undefined, here: OPEN, there: THERE, ...fields }
    expect(diagnose(seen)).toEqual(findings)
  })
})
