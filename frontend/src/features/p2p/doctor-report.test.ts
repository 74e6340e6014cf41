import { describe, expect, it } from 'vitest'
import type { Examination } from './engine/doctor'
import type { Finding } from './engine/doctor-diagnosis'
import { doctorReport } from './doctor-report'
import { checksHere, findingWords } from './doctor-words'

const EXAMINATION: Examination = {
  state: 'done',
  path: 'turn',
  attempt: {
    here: { host: 1, srflx: 2, prflx: 0, relay: 1 },
    there: { host: 1, srflx: 1, prflx: 0, relay: 1 },
    pairs: [
      { here: 'relay', there: 'relay', outcome: 'in use', count: 1, roundTripMs: 3.4 },
      { here: 'host', there: 'srflx', outcome: 'failed', count: 2, roundTripMs: undefined },
    ],
  },
  here: {
    service: true,
    addresses: 'hidden',
    ipv6: false,
    stun: { ms: 12.3 },
    mapping: 'per destination',
    turn: { state: 'carries', roundTripMs: 0.4 },
    relay: { ms: 5 },
  },
  there: { udp: true, mapping: 'per destination', turn: true },
  findings: ['symmetric_both'],
  tookMs: 1234,
}

describe('the report', () => {
  it('holds findings, kinds and times', () => {
    expect(doctorReport(EXAMINATION)).toBe(
      [
        'ShareSync connection report',
        '',
        'Connection: TURN',
        `- symmetric_both: ${findingWords('symmetric_both').what}`,
        '',
        'This side',
        '- Server: Answers',
        '- This device: Has addresses, hidden from pages',
        '- UDP to the server: Gets through, 12 ms',
        '- Seen from outside: Under another address by everybody',
        '- TURN: Carries data, under 1 ms',
        '- Relay: Answers, 5 ms',
        '- IPv6: Not seen',
        '',
        'The other side',
        '- UDP to the server: Gets through',
        '- Seen from outside: Under another address by everybody',
        '- TURN: Carries data',
        '',
        'Ways that were tried (this side – the other)',
        '- TURN – TURN: in use, 3 ms (1)',
        '- own address – outside address: no answer (2)',
        'Candidates here: host 1, srflx 2, prflx 0, relay 1',
        'Candidates there: host 1, srflx 1, prflx 0, relay 1',
        '',
        'The test took 1.2 s.',
      ].join('\n'),
    )
  })

  it('does without what is not known', () => {
    const report = doctorReport({
      ...EXAMINATION,
      path: undefined,
      attempt: undefined,
      there: undefined,
    })
    expect(report).toContain('Connection: none')
    expect(report).toContain('They did not answer')
    expect(report).not.toContain('Ways that were tried')
  })
})

describe('the words', () => {
  it('say of every finding what is the matter', () => {
    const findings: Record<Finding, true> = {
      fine: true,
      offline: true,
      no_webrtc: true,
      udp_blocked: true,
      udp_blocked_there: true,
      symmetric_here: true,
      symmetric_there: true,
      symmetric_both: true,
      filtered: true,
      no_stun: true,
      unknown: true,
      no_turn: true,
      turn_unreachable: true,
      turn_refused: true,
      relay_only: true,
      relay_unreachable: true,
    }
    const said = Object.keys(findings).map((finding) => findingWords(finding as Finding))
    for (const { what } of said) expect(what).toMatch(/^[A-Z].*\.$/)
    expect(new Set(said.map(({ what }) => what)).size, 'each its own').toBe(said.length)
    const helpless = said.filter(({ next }) => next === '')
    expect(helpless, 'only what is fine needs nothing done').toEqual([findingWords('fine')])
  })

  it('call good what is, bad what is not, and neither what nobody has', () => {
    const { here } = EXAMINATION
    if (!here) throw new Error('it was examined')
    const goods = (fields: Partial<typeof here>) =>
      checksHere({ ...here, ...fields }).map(({ good }) => good)
    expect(goods({})).toEqual([true, true, true, false, true, true, undefined])
    expect(
      goods({
        service: false,
        addresses: 'none',
        stun: 'silent',
        mapping: 'unknown',
        turn: { state: 'carries nothing' },
        relay: 'silent',
        ipv6: true,
      }),
    ).toEqual([false, false, false, undefined, false, false, true])
    expect(goods({ stun: 'none', turn: { state: 'none' } }).slice(2, 5)).toEqual([
      undefined,
      false,
      undefined,
    ])
  })
})
