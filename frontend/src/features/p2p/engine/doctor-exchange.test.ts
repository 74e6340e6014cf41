// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { NetworkExchange } from './doctor-exchange'
import { type Network, type SelfTest, type testNetwork } from './doctor-self-test'
import { type NetworkNote } from './signaling-messages'

const NETWORK: Network = {
  service: true,
  iceServers: [],
  stunProbes: [],
  relayAddress: 'ws://files.test/relay',
}
const FOUND: SelfTest = {
  service: true,
  addresses: 'hidden',
  ipv6: false,
  stun: { ms: 10 },
  mapping: 'per destination',
  turn: { state: 'carries', roundTripMs: 2 },
  relay: { ms: 10 },
}

describe('what two pages tell each other of their networks', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  /** Two ends that hear each other; what was said, and how often the right one tested its network. */
  function setUp(found: SelfTest = FOUND) {
    const said: NetworkNote[] = []
    const test = vi.fn<typeof testNetwork>(() => Promise.resolve(found))
    const network = () => Promise.resolve(NETWORK)
    const left: NetworkExchange = new NetworkExchange({
      network,
      say: (note) => {
        said.push(note)
        right.hear(note)
        return Promise.resolve()
      },
    })
    const right = new NetworkExchange({
      network,
      test,
      say: (note) => {
        said.push(note)
        left.hear(note)
        return Promise.resolve()
      },
    })
    return { left, right, said, test }
  }
  const never = new AbortController().signal

  it('is asked, and answered with kinds alone', async () => {
    const { left, said } = setUp()
    const answer = { udp: true, mapping: 'per destination', turn: true }
    expect(await left.ask(never)).toEqual(answer)
    expect(said).toEqual([{ ask: true }, answer])
  })

  it.each<[string, Partial<SelfTest>, object]>([
    [
      'a network that lets no UDP out',
      { stun: 'silent', turn: { state: 'silent' } },
      { udp: false, turn: false },
    ],
    [
      'one where nobody could be asked, of which no harm is known',
      { stun: 'none', turn: { state: 'none' } },
      { udp: true, turn: false },
    ],
  ])('tells of %s', async (_, fields, expected) => {
    const { left } = setUp({ ...FOUND, ...fields })
    expect(await left.ask(never)).toMatchObject(expected)
  })

  it('has nobody test their network again and again', async () => {
    const { left, test } = setUp()
    await left.ask(never)
    await left.ask(never)
    expect(test).toHaveBeenCalledTimes(1)
    await vi.advanceTimersByTimeAsync(30_001)
    await left.ask(never)
    expect(test).toHaveBeenCalledTimes(2)
  })

  it('is done without where no answer comes', async () => {
    const silent = new NetworkExchange({
      network: () => Promise.resolve(NETWORK),
      say: () => Promise.resolve(),
    })
    const asking = silent.ask(never)
    await vi.advanceTimersByTimeAsync(9000)
    expect(await asking).toBeUndefined()
  })

  it('is done without at once where the question cannot be sent', async () => {
    const cut = new NetworkExchange({
      network: () => Promise.resolve(NETWORK),
      say: () => Promise.reject(new Error('gone')),
    })
    expect(await cut.ask(never)).toBeUndefined()
  })

  it('stops waiting when told to', async () => {
    const { left } = setUp()
    const stopped = AbortSignal.abort()
    expect(await left.ask(stopped)).toBeUndefined()
  })
})
