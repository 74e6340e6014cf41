// @vitest-environment node
import { describe, expect, it } from 'vitest'
import { readAttempt } from './doctor-attempt'

function stats(...entries: object[]): ReadonlyMap<string, RTCStats> {
  return new Map(entries.map((entry, at) => [String(at), { id: String(at), ...entry } as RTCStats]))
}

const local = (id: string, candidateType: string) => ({
  type: 'local-candidate',
  id,
  candidateType,
})
const remote = (id: string, candidateType: string) => ({
  type: 'remote-candidate',
  id,
  candidateType,
  address: '192.0.2.7',
})
const pair = (id: string, [here, there]: [string, string], fields: object) => ({
  type: 'candidate-pair',
  id,
  localCandidateId: here,
  remoteCandidateId: there,
  ...fields,
})

describe('what ICE tried', () => {
  it('is kinds and outcomes, what works first', () => {
    const attempt = readAttempt(
      stats(
        local('a', 'host'),
        local('b', 'relay'),
        remote('x', 'host'),
        remote('y', 'srflx'),
        pair('1', ['a', 'x'], { state: 'failed' }),
        pair('2', ['a', 'y'], { state: 'in-progress' }),
        pair('3', ['b', 'y'], { state: 'succeeded', currentRoundTripTime: 0.02 }),
        pair('4', ['a', 'y'], { state: 'succeeded', currentRoundTripTime: 0.005 }),
        { type: 'transport', selectedCandidatePairId: '4' },
      ),
    )
    expect(attempt).toEqual({
      here: { host: 1, srflx: 0, prflx: 0, relay: 1 },
      there: { host: 1, srflx: 1, prflx: 0, relay: 0 },
      pairs: [
        { here: 'host', there: 'srflx', outcome: 'in use', count: 1, roundTripMs: 5 },
        { here: 'relay', there: 'srflx', outcome: 'open', count: 1, roundTripMs: 20 },
        { here: 'host', there: 'srflx', outcome: 'tried', count: 1, roundTripMs: undefined },
        { here: 'host', there: 'host', outcome: 'failed', count: 1, roundTripMs: undefined },
      ],
    })
    expect(JSON.stringify(attempt), 'no address').not.toContain('192.0.2.7')
  })

  it('counts pairs that fared alike, with the shortest time', () => {
    const { pairs } = readAttempt(
      stats(
        local('a', 'host'),
        remote('x', 'host'),
        pair('1', ['a', 'x'], { state: 'succeeded', currentRoundTripTime: 0.03 }),
        pair('2', ['a', 'x'], { state: 'succeeded', currentRoundTripTime: 0.01 }),
      ),
    )
    expect(pairs).toEqual([
      { here: 'host', there: 'host', outcome: 'open', count: 2, roundTripMs: 10 },
    ])
  })

  it('takes what was nominated for what is used where no transport is told of', () => {
    const { pairs } = readAttempt(
      stats(
        local('a', 'host'),
        remote('x', 'host'),
        pair('1', ['a', 'x'], { state: 'succeeded', nominated: true }),
      ),
    )
    expect(pairs[0]?.outcome).toBe('in use')
  })

  it('leaves out what it does not know', () => {
    const attempt = readAttempt(
      stats(local('a', 'tunnel'), remote('x', 'host'), pair('1', ['a', 'x'], { state: 'failed' })),
    )
    expect(attempt.pairs).toEqual([])
    expect(attempt.here).toEqual({ host: 0, srflx: 0, prflx: 0, relay: 0 })
  })
})
