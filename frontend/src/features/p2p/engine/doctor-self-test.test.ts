// @vitest-environment node
/** The self-test in networks that cannot be had here. Real ones are in `e2e/tests/network-doctor.spec.ts`. */
import { describe, expect, it, vi } from 'vitest'
import { type Network, testNetwork } from './doctor-self-test'
import { inTestBrowser, type TestBrowser, type TestConnection } from './test-rtc'

const NETWORK: Network = {
  service: true,
  iceServers: [
    { urls: ['turn:files.test:3478?transport=udp'], username: 'name', credential: 'secret' },
  ],
  stunProbes: ['stun:files.test:3478', 'stun:files.test:3479'],
  relayAddress: 'ws://files.test/relay',
}
const FIRST = ['stun:files.test:3478']
const SECOND = ['stun:files.test:3479']
const BOTH = [...FIRST, ...SECOND]

const candidate = (type: RTCIceCandidateType, address: string, port: number) => ({
  type,
  address,
  port,
  candidate: `candidate:1 1 udp 1 ${address} ${port} typ ${type}`,
})
const HIDDEN = candidate('host', '8d6a0a1e-0000-4000-8000-000000000000.local', 50_000)
const outside = (port: number, address = '203.0.113.1') => candidate('srflx', address, port)
const RELAYED = candidate('relay', '203.0.113.10', 60_000)

describe('the self-test', () => {
  let browser: TestBrowser

  inTestBrowser((made) => {
    browser = made
  })

  /** What a connection asks for: its servers' URLs. */
  const asked = ({ configuration }: TestConnection) =>
    (configuration.iceServers ?? []).flatMap(({ urls }) => urls)

  /** Answers to those who gather without wanting to connect; `undefined` never ends. */
  function answers(tell: (urls: string[]) => Partial<RTCIceCandidate>[] | undefined) {
    browser.described = (connection) => {
      if (connection.configuration.iceTransportPolicy === 'relay') return
      const found = tell(asked(connection))
      if (found) connection.gather([HIDDEN, ...found])
      else connection.gather([HIDDEN], false)
    }
  }

  /** A network whose router shows every socket under its own port. */
  const open = () => answers((urls) => (urls.length > 0 ? [outside(50_000)] : []))

  /** Runs it with the rest of the world silent, unless `meanwhile` makes it speak. */
  async function run(network = NETWORK, meanwhile: () => void | Promise<void> = () => undefined) {
    const testing = testNetwork(network, new AbortController().signal)
    await vi.advanceTimersByTimeAsync(0)
    await meanwhile()
    await vi.advanceTimersByTimeAsync(20_000)
    return testing
  }

  it('finds UDP that gets through, and one mapping for all', async () => {
    open()
    const found = await run()
    expect(found).toMatchObject({ addresses: 'hidden', ipv6: false, mapping: 'same' })
    expect(found.stun).toEqual({ ms: expect.any(Number) as number })
    const questions = browser.connections.map(asked)
    expect(questions).toEqual(expect.arrayContaining([FIRST, SECOND, BOTH]))
  })

  it('finds a mapping for each destination', async () => {
    answers((urls) => urls.map((url) => outside(url === FIRST[0] ? 40_001 : 40_002)))
    expect((await run()).mapping).toBe('per destination')
  })

  it('does not take two networks with an outside each for such a mapping', async () => {
    answers(() => [outside(50_000), outside(50_000, '198.51.100.1')])
    expect((await run()).mapping).toBe('same')
  })

  it('finds one of the two networks symmetric', async () => {
    answers((urls) => [
      outside(50_000, '198.51.100.1'),
      ...urls.map((url) => outside(url === FIRST[0] ? 40_001 : 40_002)),
    ])
    expect((await run()).mapping).toBe('per destination')
  })

  it('finds UDP that is blocked, and then knows of no mapping', async () => {
    answers(() => undefined)
    expect(await run()).toMatchObject({ stun: 'silent', mapping: 'unknown', addresses: 'hidden' })
  })

  it('knows of no mapping where the second port does not answer', async () => {
    answers((urls) => (urls.includes(FIRST[0] ?? '') ? [outside(50_000)] : undefined))
    const found = await run()
    expect(found.mapping).toBe('unknown')
    expect(found.stun).not.toBe('silent')
  })

  it('takes the one question that every TURN server answers, where there are no two ports', async () => {
    open()
    const found = await run({ ...NETWORK, stunProbes: [] })
    expect(found.stun).toEqual({ ms: expect.any(Number) as number })
    expect(found.mapping).toBe('unknown')
    expect(browser.connections.map(asked)).toContainEqual(FIRST)
  })

  it('asks nobody where there is nobody', async () => {
    open()
    const found = await run({ ...NETWORK, iceServers: [], stunProbes: [] })
    expect(found).toMatchObject({ stun: 'none', mapping: 'unknown', turn: { state: 'none' } })
  })

  it('sees addresses of the sixth version where they are shown', async () => {
    answers(() => [candidate('srflx', '2001:db8::1', 50_000)])
    expect((await run()).ipv6).toBe(true)
  })

  it('tells addresses that are shown from those that are hidden, and from none', async () => {
    browser.described = (connection) =>
      connection.gather([candidate('host', '192.0.2.1', 50_000), outside(50_000)])
    expect((await run()).addresses).toBe('seen')
    browser.described = (connection) => connection.gather([])
    expect((await run()).addresses).toBe('none')
  })

  it('does without WebRTC where there is none', async () => {
    vi.stubGlobal('RTCPeerConnection', undefined)
    expect(await run()).toMatchObject({
      addresses: 'none',
      stun: 'silent',
      turn: { state: 'silent' },
    })
  })

  describe('of TURN', () => {
    const ends = () =>
      browser.connections.filter(
        ({ configuration }) => configuration.iceTransportPolicy === 'relay',
      )

    it('carries a message there and back, over TURN and nothing else', async () => {
      open()
      const { turn } = await run(NETWORK, () => {
        const [near, far] = ends()
        const [here, there] = [near?.channels[0], far?.channels[0]]
        if (!near || !far || !here || !there) throw new Error('two ends with a channel each')
        expect(near.configuration.iceServers).toEqual(NETWORK.iceServers)
        here.peer = there
        there.peer = here
        there.open()
        here.open()
      })
      expect(turn).toEqual({ state: 'carries', roundTripMs: expect.any(Number) as number })
      expect(ends().every(({ closed }) => closed)).toBe(true)
    })

    it('knows an address through which nothing comes', async () => {
      open()
      const { turn } = await run(NETWORK, () => ends()[0]?.gather([RELAYED]))
      expect(turn).toEqual({ state: 'carries nothing' })
      expect(ends()[1]?.candidates, 'passed on to the other end').toHaveLength(1)
    })

    it.each([
      [486, { state: 'refused' }],
      [701, { state: 'silent' }],
    ])('reads error %i', async (errorCode, expected) => {
      open()
      const { turn } = await run(NETWORK, () => {
        const event = Object.assign(new Event('icecandidateerror'), { errorCode })
        ends()[0]?.dispatchEvent(event)
      })
      expect(turn).toEqual(expected)
    })

    it('stands for STUN where nothing translates, and so nothing is seen from outside', async () => {
      answers(() => [])
      const { stun } = await run(NETWORK, () => {
        const [near, far] = ends()
        for (const [one, other] of [
          [near, far],
          [far, near],
        ]) {
          const channel = one?.channels[0]
          if (channel) channel.peer = other?.channels[0]
          channel?.open()
        }
      })
      expect(stun).not.toBe('silent')
    })
  })

  describe('of the relay', () => {
    it('shows a ticket that is none, and takes the refusal for an answer', async () => {
      open()
      const { relay } = await run(NETWORK, () => {
        const [socket] = browser.sockets
        expect(socket?.address).toBe(NETWORK.relayAddress)
        socket?.open()
        expect(JSON.parse(String(socket?.sent[0]))).toEqual({
          ticket: expect.stringMatching(/^[\w-]{22}$/) as string,
        })
        socket?.end(1008)
      })
      expect(relay).toEqual({ ms: expect.any(Number) as number })
    })

    it.each([
      ['that closes in another way', () => browser.sockets[0]?.end(1006)],
      ['that opens and is silent', () => browser.sockets[0]?.open()],
    ])('does not reach one %s', async (_, meanwhile) => {
      open()
      expect((await run(NETWORK, meanwhile)).relay).toBe('silent')
      expect(browser.sockets[0]?.closed).toBe(true)
    })
  })

  it('stops when told to, and leaves nothing open', async () => {
    answers(() => undefined)
    const stopping = new AbortController()
    const testing = testNetwork(NETWORK, stopping.signal)
    const failing = expect(testing).rejects.toThrow('enough')
    await vi.advanceTimersByTimeAsync(100)
    stopping.abort(new Error('enough'))
    await vi.advanceTimersByTimeAsync(0)
    await failing
    expect(browser.connections.every(({ closed }) => closed)).toBe(true)
    expect(browser.sockets.every(({ closed }) => closed)).toBe(true)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is over within seconds whatever is silent', async () => {
    answers(() => undefined)
    const testing = testNetwork(NETWORK, new AbortController().signal)
    let over = false
    void testing.then(() => (over = true))
    await vi.advanceTimersByTimeAsync(8000)
    expect(over).toBe(true)
  })
})
