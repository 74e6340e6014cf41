// @vitest-environment node
/** The ways to a peer, in a browser and with a peer that do what the test says. */
import { describe, expect, it, vi } from 'vitest'
import { LinkKey } from '../secrecy/link-key'
import { browserRandom } from '../secrecy/randomness'
import { type Channels } from './channel'
import { type Path } from './connection'
import { type TransferError } from './failure'
import { Ladder } from './ladder'
import { type RelayInvitation } from './relay-link'
import { type PeerSignal } from './signaling-messages'
import {
  CLOCKS,
  DIRECT,
  inTestBrowser,
  joinRelay,
  type TestBrowser,
  through,
  until,
} from './test-rtc'

const PAIR = {
  key: LinkKey.make(browserRandom),
  room: 'r'.repeat(22),
  self: { id: 'a'.repeat(22), nonce: 'b'.repeat(22) },
  other: { id: 'c'.repeat(22), nonce: 'd'.repeat(22) },
}

const invitation = (ticket: string) => ({ url: 'ws://files.test/relay', ticket })

describe('a ladder', () => {
  let browser: TestBrowser

  inTestBrowser((made) => {
    browser = made
  }, CLOCKS)

  /** A ladder, what it said, and what it told. */
  function setUp({ connects = true }: { connects?: boolean } = {}) {
    const said: PeerSignal[] = []
    const channels: Channels[] = []
    const paths: Path[] = []
    const lost: boolean[] = []
    const tampered: TransferError[] = []
    const openRelay = vi.fn(() => Promise.resolve(invitation('ticket')))
    const send = vi.fn((signal: PeerSignal) => {
      said.push(signal)
      return Promise.resolve()
    })
    const ladder = new Ladder({
      connects,
      iceServers: () => [],
      pair: () => PAIR,
      send,
      openRelay,
      connected: (which) => channels.push(which),
      runs: (path) => paths.push(path),
      lost: (closed) => lost.push(closed),
      tampered: (error) => tampered.push(error),
    })
    return { ladder, said, send, openRelay, channels, paths, lost, tampered }
  }

  const connection = (at: number) => {
    const found = browser.connections[at]
    if (!found) throw new Error(`no connection ${at}`)
    return found
  }
  const socket = (at: number) => {
    const found = browser.sockets[at]
    if (!found) throw new Error(`no socket ${at}`)
    return found
  }
  const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds)

  /** ICE has found a direct way. */
  async function throughDirectly(at: number) {
    connection(at).stats = DIRECT
    connection(at).connect()
    await pass(0)
  }

  /** One that runs through the relay while ICE is at it. */
  async function onRelay() {
    const setup = setUp()
    setup.ladder.climb()
    await pass(1500)
    joinRelay(socket(0))
    await until(() => setup.channels.length === 1)
    return setup
  }

  it('offers a connection, and tells by which way it runs', async () => {
    const { ladder, said, channels, paths } = setUp()
    ladder.climb()
    await pass(0)
    expect(said).toMatchObject([{ event: 'offer', sdp: 'offer 1' }])
    await throughDirectly(0)
    expect(channels).toHaveLength(1)
    expect(paths).toEqual(['direct'])
    expect(ladder.connected).toBe(true)
  })

  it('tells when a connection that was mended runs by another way', async () => {
    const { ladder, paths } = setUp()
    ladder.climb()
    await pass(0)
    await throughDirectly(0)
    connection(0).become('disconnected')
    connection(0).stats = through('relay')
    connection(0).become('connected')
    await pass(0)
    expect(paths).toEqual(['direct', 'turn'])
  })

  it('tells of the way that is in use, of several that were found', async () => {
    const { ladder, paths } = setUp()
    ladder.climb()
    await pass(0)
    const other = { ...DIRECT.get('pair'), id: 'other', remoteCandidateId: 'far' }
    const far = { id: 'far', type: 'remote-candidate', candidateType: 'relay' }
    const inUse = { id: 'transport', type: 'transport', selectedCandidatePairId: 'other' }
    const stats = new Map([
      ...DIRECT,
      ['other', other],
      ['far', far],
      ['transport', inUse],
    ] as const)
    connection(0).stats = stats
    connection(0).connect()
    await pass(0)
    expect(paths).toEqual(['turn'])
  })

  it('waits for an offer where the other side connects, and answers it', async () => {
    const { ladder, said, channels } = setUp({ connects: false })
    ladder.receive({ event: 'offer', link: 'theirs', sdp: 'offer' })
    await pass(0)
    expect(said).toEqual([{ event: 'answer', link: 'theirs', sdp: 'answer 1' }])
    await throughDirectly(0)
    expect(channels).toHaveLength(1)
  })

  it('tells whoever offered a link that it is lost, and mends none that is', async () => {
    const { ladder, said, lost } = setUp({ connects: false })
    const offer: PeerSignal = { event: 'offer', link: 'theirs', sdp: 'offer' }
    ladder.receive(offer)
    await pass(0)
    await throughDirectly(0)
    connection(0).become('failed')
    await pass(15_000)
    expect(lost).toEqual([false])
    const gone = { event: 'answer', link: 'theirs', sdp: '' }
    expect(said.slice(1)).toEqual([gone])
    ladder.receive(offer)
    await pass(0)
    expect(said.slice(1)).toEqual([gone, gone])
    expect(browser.connections).toHaveLength(1)
    ladder.receive({ ...offer, link: 'another' })
    await pass(0)
    expect(said.at(-1)).toMatchObject({ link: 'another', sdp: 'answer 1' })
  })

  it('gives a link up at once that the other side has lost', async () => {
    const { ladder, said, lost } = setUp()
    ladder.climb()
    await pass(0)
    await throughDirectly(0)
    ladder.receive({ event: 'answer', link: said[0]?.link ?? '', sdp: '' })
    await pass(0)
    expect(lost).toEqual([false])
  })

  it('offers what is offered to it nothing in return where it connects itself', async () => {
    const { ladder } = setUp()
    ladder.receive({ event: 'offer', link: 'theirs', sdp: 'offer' })
    await pass(0)
    expect(browser.connections).toHaveLength(0)
  })

  it('takes what belongs to its link, and nothing of the link before', async () => {
    const { ladder, said } = setUp()
    ladder.climb()
    await pass(0)
    const [first] = said
    ladder.climb()
    await pass(0)
    const candidates = [{ candidate: 'candidate:1' }]
    for (const { link } of said) {
      ladder.receive({ event: 'answer', link, sdp: `for ${link}` })
      ladder.receive({ event: 'ice-candidate', link, candidates })
    }
    await pass(0)
    expect(said[1]?.link).not.toBe(first?.link)
    expect(connection(0)).toMatchObject({ closed: true, remoteDescription: null, candidates: [] })
    expect(connection(1).remoteDescription?.sdp).toBe(`for ${said[1]?.link}`)
    expect(connection(1).candidates).toEqual(candidates)
  })

  describe('asks for the relay', () => {
    it('when ICE has not come through after a second and a half', async () => {
      const { ladder, openRelay, channels, paths } = setUp()
      ladder.climb()
      await pass(1499)
      expect(openRelay).not.toHaveBeenCalled()
      await pass(1)
      expect(openRelay).toHaveBeenCalledOnce()
      joinRelay(socket(0))
      await until(() => channels.length === 1)
      expect(paths).toEqual(['relay'])
      expect(connection(0).closed, 'ICE goes on beside it').toBe(false)
    })

    it('but not when ICE has', async () => {
      const { ladder, openRelay } = setUp()
      ladder.climb()
      await throughDirectly(0)
      await pass(60_000)
      expect(openRelay).not.toHaveBeenCalled()
    })

    it('only where it connects, and meets the other side there where not', async () => {
      const { ladder, openRelay, channels, paths } = setUp({ connects: false })
      ladder.receive({ event: 'offer', link: 'theirs', sdp: 'offer' })
      await pass(10_000)
      expect(openRelay).not.toHaveBeenCalled()
      ladder.meetAtRelay(invitation('their ticket'))
      joinRelay(socket(0))
      expect(socket(0).sent[0]).toBe('{"ticket":"their ticket"}')
      await until(() => channels.length === 1)
      expect(paths).toEqual(['relay'])
    })

    it('and does without where there is none', async () => {
      const { ladder, openRelay, lost } = setUp()
      openRelay.mockRejectedValue(new Error('no_relay'))
      ladder.climb()
      await pass(2000)
      expect(lost).toEqual([])
      await throughDirectly(0)
      expect(ladder.connected).toBe(true)
    })

    it('and leaves it when ICE came through while it was asked', async () => {
      const { ladder, openRelay } = setUp()
      let give: (way: RelayInvitation) => void = () => undefined
      openRelay.mockReturnValue(new Promise((resolve) => (give = resolve)))
      ladder.climb()
      await pass(1500)
      await throughDirectly(0)
      give(invitation('ticket'))
      await pass(0)
      expect(browser.sockets).toHaveLength(0)
    })

    it('and leaves it when all was given up while it was asked', async () => {
      const { ladder, openRelay } = setUp()
      let give: (way: RelayInvitation) => void = () => undefined
      openRelay.mockReturnValue(new Promise((resolve) => (give = resolve)))
      ladder.climb()
      await pass(1500)
      ladder.drop()
      give(invitation('ticket'))
      await pass(0)
      expect(browser.sockets).toHaveLength(0)
    })
  })

  describe('on the relay', () => {
    it('takes the better way in the middle, and keeps the relay until the other side has, too', async () => {
      const { channels, paths } = await onRelay()
      await throughDirectly(0)
      expect(channels).toHaveLength(2)
      expect(paths).toEqual(['relay', 'direct'])
      await pass(2999)
      expect(channels[0]?.control.readyState).toBe('open')
      await pass(1)
      expect(channels[0]?.control.readyState).toBe('closed')
      await until(() => socket(0).closed)
    })

    it('looks for a better way also where ICE had given up before', async () => {
      const { ladder, channels, lost } = setUp()
      ladder.climb()
      await pass(16_000)
      expect(connection(0).closed).toBe(true)
      expect(lost, 'the relay may still open').toEqual([])
      joinRelay(socket(0))
      await until(() => channels.length === 1)
      await pass(10_000)
      expect(browser.connections).toHaveLength(2)
    })

    it('gives up a relay that opens when ICE has come through already', async () => {
      const { ladder, channels } = setUp({ connects: false })
      ladder.receive({ event: 'offer', link: 'theirs', sdp: 'offer' })
      await pass(0)
      await throughDirectly(0)
      ladder.meetAtRelay(invitation('ticket'))
      joinRelay(socket(0))
      await until(() => socket(0).sent.length > 1)
      await pass(6000)
      await until(() => socket(0).closed)
      expect(channels).toHaveLength(1)
      expect(ladder.connected).toBe(true)
    })

    it('looks for a better way again and again, more and more seldom', async () => {
      await onRelay()
      // ICE gives up after fifteen seconds each time.
      await pass(13_500)
      expect(connection(0).closed).toBe(true)
      for (const [at, wait] of [10_000, 20_000, 40_000, 80_000, 120_000, 120_000].entries()) {
        expect(browser.connections).toHaveLength(at + 1)
        await pass(wait - 1)
        expect(browser.connections).toHaveLength(at + 1)
        await pass(1)
        expect(browser.connections).toHaveLength(at + 2)
        await pass(15_000)
      }
    })

    it('says that it is lost when the relay goes, unless a better way is in use', async () => {
      const { lost } = await onRelay()
      socket(0).end()
      await until(() => lost.length === 1)
      expect(lost).toEqual([false])

      const other = await onRelayBeside()
      await throughDirectly(1)
      socket(1).end()
      await pass(100)
      expect(other.lost).toEqual([])
    })

    /** A second one, with a connection and a socket of its own. */
    async function onRelayBeside() {
      const setup = setUp()
      setup.ladder.climb()
      await pass(1500)
      joinRelay(socket(1))
      await until(() => setup.channels.length === 1)
      return setup
    }

    it('meets the other side at another one when that asks again, and is lost with it', async () => {
      const { ladder, channels, lost } = setUp({ connects: false })
      ladder.meetAtRelay(invitation('first'))
      joinRelay(socket(0))
      await until(() => channels.length === 1)
      ladder.meetAtRelay(invitation('second'))
      await until(() => socket(0).closed)
      expect(ladder.connected, 'what ran over the first is gone').toBe(false)
      socket(1).end()
      await until(() => lost.length === 1)
    })

    it('ends the transfer when somebody between changes what is said', async () => {
      const { tampered, lost } = await onRelay()
      socket(0).arrive(new Uint8Array(64).buffer)
      await until(() => lost.length === 1)
      expect(tampered.map(({ code }) => code)).toEqual(['tampered'])
    })
  })

  it('is lost when ICE fails and there is no relay, and says what had been tried', async () => {
    const { ladder, lost, openRelay } = setUp()
    openRelay.mockRejectedValue(new Error('no_relay'))
    ladder.climb()
    connection(0).stats = DIRECT
    expect(await ladder.attempt()).toMatchObject({ pairs: [{ outcome: 'in use' }] })
    connection(0).stats = new Map([...DIRECT].filter(([id]) => id !== 'pair'))
    await pass(15_000)
    expect(lost).toEqual([false])
    expect(connection(0).closed).toBe(true)
    expect(await ladder.attempt()).toMatchObject({ here: { host: 1 }, pairs: [] })
  })

  it('knows after a gentle end what it ran over', async () => {
    const { ladder } = setUp()
    ladder.climb()
    await throughDirectly(0)
    ladder.closeGently()
    await pass(0)
    connection(0).stats = new Map()
    expect(await ladder.attempt()).toMatchObject({ pairs: [{ outcome: 'in use' }] })
  })

  it('tells an end in order from a line that broke', async () => {
    const inOrder = setUp()
    inOrder.ladder.climb()
    await throughDirectly(0)
    connection(0).channels[0]?.close()
    expect(inOrder.lost).toEqual([true])

    const broken = setUp()
    broken.ladder.climb()
    await throughDirectly(1)
    connection(1).become('failed')
    await pass(15_000)
    expect(broken.lost).toEqual([false])
  })

  it('is lost at once when its offer cannot be sent, but not for a candidate', async () => {
    const { ladder, send, lost } = setUp()
    ladder.climb()
    await pass(0)
    send.mockRejectedValue(new Error('unknown_peer'))
    connection(0).gather([{ candidate: 'candidate:1' }])
    await pass(0)
    expect(lost).toEqual([])
    ladder.climb()
    await pass(0)
    expect(lost).toEqual([false])
  })

  it('says nothing any more once it is dropped', async () => {
    const { ladder, lost } = await onRelay()
    ladder.drop()
    connection(0).become('failed')
    socket(0).end()
    await pass(200_000)
    expect(lost).toEqual([])
    expect(connection(0).closed).toBe(true)
    expect(browser.connections).toHaveLength(1)
    expect(ladder.connected).toBe(false)
  })
})
