// @vitest-environment node
import { describe, expect, it, vi } from 'vitest'
import { Doctor, type Patient } from './doctor'
import { type Attempt } from './doctor-attempt'
import { type SelfTest } from './doctor-self-test'
import { type Path } from './connection'

const FOUND: SelfTest = {
  service: true,
  addresses: 'hidden',
  ipv6: false,
  stun: { ms: 10 },
  mapping: 'per destination',
  turn: { state: 'carries', roundTripMs: 2 },
  relay: { ms: 10 },
}
const ATTEMPT: Attempt = {
  here: { host: 1, srflx: 1, prflx: 0, relay: 1 },
  there: { host: 1, srflx: 1, prflx: 0, relay: 1 },
  pairs: [],
}
const NETWORK = {
  service: true,
  iceServers: [],
  stunProbes: [],
  relayAddress: 'ws://files.test/relay',
}

/** A member that is connected by this path. */
function patient(path: { now: Path | undefined }): Patient {
  return {
    reach: { getSnapshot: () => ({ path: path.now }) },
    attempt: () => Promise.resolve(ATTEMPT),
    network: () => Promise.resolve(NETWORK),
    networks: { ask: () => Promise.resolve({ udp: true, mapping: 'same', turn: true }) },
  }
}

const done = (doctor: Doctor) =>
  vi.waitUntil(() => doctor.now.getSnapshot().state === 'done' && doctor.now.getSnapshot())

describe('the doctor', () => {
  it('puts together what was tried, what the test finds, and what the other side says', async () => {
    const doctor = new Doctor(patient({ now: 'turn' }), () => Promise.resolve(FOUND))
    doctor.examine()
    expect(doctor.now.getSnapshot().state).toBe('running')
    expect(await done(doctor)).toMatchObject({
      path: 'turn',
      attempt: ATTEMPT,
      here: FOUND,
      there: { mapping: 'same' },
      findings: ['symmetric_here'],
    })
  })

  it('judges the way that there is when the test has ended', async () => {
    const path: { now: Path | undefined } = { now: 'relay' }
    const doctor = new Doctor(patient(path), () => {
      path.now = 'direct'
      return Promise.resolve(FOUND)
    })
    doctor.examine()
    expect((await done(doctor)).findings).toEqual(['fine'])
  })

  it('begins anew as often as it is asked to, and forgets what it broke off', async () => {
    const tests: ((found: SelfTest) => void)[] = []
    const doctor = new Doctor(
      patient({ now: undefined }),
      () => new Promise((resolve) => tests.push(resolve)),
    )
    doctor.examine()
    await vi.waitUntil(() => tests.length === 1)
    doctor.examine()
    await vi.waitUntil(() => tests.length === 2)
    const told = vi.fn()
    doctor.now.subscribe(told)
    tests[0]?.(FOUND)
    await Promise.resolve()
    expect(told).not.toHaveBeenCalled()
    tests[1]?.({ ...FOUND, mapping: 'same' })
    expect((await done(doctor)).findings).toEqual(['filtered'])
    doctor.examine()
    expect(doctor.now.getSnapshot()).toMatchObject({ state: 'running', findings: [] })
  })

  it('tells a test that is broken off to stop', async () => {
    const signals: AbortSignal[] = []
    const doctor = new Doctor(patient({ now: undefined }), (_, signal) => {
      signals.push(signal)
      return new Promise(() => undefined)
    })
    doctor.examine()
    await vi.waitUntil(() => signals.length === 1)
    expect(signals[0]?.aborted).toBe(false)
    doctor.stop()
    expect(signals[0]?.aborted).toBe(true)
  })
})
