/** Who is in a room, what is believed of them, and what becomes of it when lines break and people go. */
import { describe, expect, it, vi } from 'vitest'
import { LinkKey } from '../secrecy/link-key'
import { browserRandom } from '../secrecy/randomness'
import { type Channels } from './channel'
import { type TransferError } from './failure'
import { type Transfer } from './member'
import { PAGE_NONCE } from './page-nonce'
import { Room } from './room'
import { SignalingError } from './signaling-client'
import { type Joined } from './signaling-messages'
import { CLOCKS, inTestBrowser, type TestBrowser } from './test-rtc'
import { OtherPage, RESUME, ROOM, TestService, US } from './test-service'
import { TransferState } from './transfer-state'

const MINUTE = 60_000

/** A transfer that does nothing by itself. */
class TestTransfer implements Transfer {
  readonly state = new TransferState()
  readonly connections: Channels[] = []
  connect(channels: Channels): void {
    this.connections.push(channels)
  }
  interrupt(): void {
    this.state.setInterrupted(true)
  }
  pause(): void {
    // It moves nothing.
  }
  cancel(): void {
    this.state.advance('cancelled')
  }
  fail({ code }: TransferError): void {
    if (!this.state.ended) this.state.fail({ code, foundBy: 'us' })
  }
}

describe('a room', () => {
  let browser: TestBrowser
  let service: TestService
  const key = LinkKey.make(browserRandom)

  inTestBrowser((made) => {
    browser = made
    service = new TestService()
  }, CLOCKS)

  const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds)
  const page = (letter: string, loaded = letter) => new OtherPage(service, key, letter, loaded)

  /** A room, and what its role was told. */
  function make({ connects = true }: { connects?: boolean } = {}) {
    const begun: { id: string; transfer: TestTransfer }[] = []
    const befores: (Joined | undefined)[] = []
    const left = vi.fn()
    const room = new Room<TestTransfer>(
      {
        key,
        connects,
        enter: (line, before) => {
          befores.push(before)
          return line.join(ROOM, PAGE_NONCE, before?.resume)
        },
        begin: (id) => {
          const transfer = new TestTransfer()
          begun.push({ id, transfer })
          return transfer
        },
        left,
      },
      service.connectTo,
    )
    const now = () => room.getSnapshot()
    const member = (at = 0) => {
      const found = now().members[at]
      if (!found) throw new Error(`no member ${at}`)
      return found
    }
    return { room, begun, befores, left, now, member }
  }

  /** One that is open, with these others in it. */
  async function enter(others: OtherPage[] = [], options: { connects?: boolean } = {}) {
    service.peers = others.map(({ peer }) => peer)
    const made = make(options)
    await made.room.open()
    await pass(0)
    return made
  }

  describe('that is entered', () => {
    it('knows itself and who is there, and begins with each', async () => {
      const [ann, bob] = [page('A'), page('B')]
      const { now, begun } = await enter([ann, bob])
      expect(now()).toMatchObject({ phase: 'open', room: ROOM, self: US.id, locked: false })
      expect(now().members.map(({ id }) => id)).toEqual([ann.peer.id, bob.peer.id])
      expect(begun.map(({ id }) => id)).toEqual([ann.peer.id, bob.peer.id])
      for (const other of [ann, bob]) expect(other.hear()).toMatchObject([{ event: 'offer' }])
    })

    it('waits for offers where it receives, and meets whoever makes one', async () => {
      const ann = page('A')
      const { now } = await enter([ann], { connects: false })
      expect(now().members).toEqual([])
      ann.say('ice-candidate', { link: 'l', candidates: [] })
      expect(now().members).toEqual([])
      ann.say('offer', { link: 'l', sdp: 'offer' })
      await pass(0)
      expect(now().members.map(({ id }) => id)).toEqual([ann.peer.id])
      expect(ann.hear()).toMatchObject([{ event: 'answer', link: 'l' }])
    })

    it('says why it cannot be', async () => {
      service.refuses.set('join', new SignalingError('room_locked', 'locked'))
      const { now } = await enter()
      expect(now()).toMatchObject({ phase: 'closed', failure: 'room_locked' })
      expect(service.closed).toBe(true)

      service = new TestService()
      service.refuses.set('connect', new SignalingError('unreachable', 'nobody'))
      expect((await enter()).now()).toMatchObject({ phase: 'closed', failure: 'unreachable' })
    })

    it('is entered once, however often it is opened', async () => {
      const { room } = await enter()
      await room.open()
      expect(service.asked.filter((asked) => asked.startsWith('join'))).toHaveLength(1)
    })

    it('leaves alone whom nothing can be sealed for', async () => {
      const nameless = { id: 'N'.repeat(22) }
      const ourselves = { id: 'O'.repeat(22), nonce: PAGE_NONCE }
      service.peers = [nameless, ourselves]
      const { room, now } = make()
      await room.open()
      expect(now()).toMatchObject({ phase: 'open', members: [] })
    })
  })

  describe('hears', () => {
    it('what the other page sealed for this one', async () => {
      const ann = page('A')
      await enter([ann])
      const [{ link } = {}] = ann.hear()
      ann.say('answer', { link, sdp: 'their answer' })
      await pass(0)
      expect(browser.connections[0]?.remoteDescription?.sdp).toBe('their answer')
    })

    it.each<[string, (ann: OtherPage, link: unknown) => void]>([
      [
        'is forged',
        ({ peer }) => service.listener?.signal(peer.id, 'answer', { sealed: 'A'.repeat(100) }),
      ],
      [
        'is not sealed',
        ({ peer }, link) => service.listener?.signal(peer.id, 'answer', { link, sdp: 'x' }),
      ],
      [
        'was sealed under another link’s key',
        (_, link) => {
          const stranger = new OtherPage(service, LinkKey.make(browserRandom), 'A')
          stranger.say('answer', { link, sdp: 'x' })
        },
      ],
      [
        'was said as another kind of word',
        (ann, link) => {
          const sealed = ann.seal('ice-candidate', { link, candidates: [] })
          service.listener?.signal(ann.peer.id, 'answer', sealed)
        },
      ],
      [
        'was said before',
        (ann, link) => {
          const sealed = ann.seal('ice-candidate', { link, candidates: [] })
          service.listener?.signal(ann.peer.id, 'ice-candidate', sealed)
          service.listener?.signal(ann.peer.id, 'ice-candidate', sealed)
        },
      ],
      [
        'comes after what was said later',
        (ann, link) => {
          const [one, other] = [1, 2].map(() => ann.seal('ice-candidate', { link, candidates: [] }))
          service.listener?.signal(ann.peer.id, 'ice-candidate', other)
          service.listener?.signal(ann.peer.id, 'ice-candidate', one)
        },
      ],
    ])('no more of a transfer when something %s', async (_, meddle) => {
      const ann = page('A')
      const { member } = await enter([ann])
      const [{ link } = {}] = ann.hear()
      meddle(ann, link)
      expect(member().transfer.state.getSnapshot().failure?.code).toBe('tampered')
      await pass(MINUTE)
      expect(browser.connections).toHaveLength(1)
    })

    it('of tampering also where it only waits', async () => {
      const ann = page('A')
      const { member } = await enter([ann], { connects: false })
      new OtherPage(service, LinkKey.make(browserRandom), 'A').say('offer', { link: 'l', sdp: 'x' })
      expect(member().transfer.state.getSnapshot().failure?.code).toBe('tampered')
    })

    it('old words as old after the service said that their page had left and come again', async () => {
      const ann = page('A')
      const { now } = await enter([ann], { connects: false })
      const sealed = ann.seal('offer', { link: 'l', sdp: 'offer' })
      service.listener?.signal(ann.peer.id, 'offer', sealed)
      service.listener?.peerLeft(ann.peer.id)
      service.listener?.peerJoined(ann.peer)
      service.listener?.signal(ann.peer.id, 'offer', sealed)
      const states = now().members.map(({ transfer }) => transfer.state.getSnapshot())
      expect(states.at(-1)?.failure?.code).toBe('tampered')
    })

    it('no offer where it is the one to make them', async () => {
      const ann = page('A')
      const { begun, member } = await enter([ann])
      member().transfer.state.advance('verified')
      ann.say('offer', { link: 'l', sdp: 'offer' })
      expect(begun).toHaveLength(1)
    })

    it('nothing of who is not in it', async () => {
      const { now } = await enter([], { connects: false })
      page('S').say('offer', { link: 'l', sdp: 'offer' })
      expect(now().members).toEqual([])
    })

    it('of a relay, which is met where the other side connects', async () => {
      const ann = page('A')
      await enter([ann], { connects: false })
      ann.say('offer', { link: 'l', sdp: 'offer' })
      service.listener?.relay(ann.peer.id, {
        url: 'ws://files.test/relay',
        ticket: 'their ticket',
      })
      browser.sockets[0]?.open()
      expect(browser.sockets[0]?.sent).toEqual(['{"ticket":"their ticket"}'])
      expect(browser.sockets[0]?.address).toBe('ws://files.test/relay')
    })

    it('what another page asks about its network, also after their transfer', async () => {
      const ann = page('A')
      const { member } = await enter([ann])
      member().transfer.state.advance('verified')
      ann.hear()
      ann.say('ice-candidate', { link: '-', candidates: [], network: { ask: true } })
      await pass(10_000)
      expect(ann.hear()).toEqual([
        {
          event: 'ice-candidate',
          link: '-',
          candidates: [],
          network: { udp: true, mapping: 'unknown', turn: false },
        },
      ])
    })
  })

  describe('whose others come and go', () => {
    it('begins with each who enters', async () => {
      const { now } = await enter()
      const ann = page('A')
      service.listener?.peerJoined(ann.peer)
      await pass(0)
      expect(now().members.map(({ id }) => id)).toEqual([ann.peer.id])
      expect(ann.hear()).toMatchObject([{ event: 'offer' }])
    })

    it('ends with each who leaves', async () => {
      const ann = page('A')
      const { member } = await enter([ann])
      service.listener?.peerLeft(ann.peer.id)
      expect(member().transfer.state.getSnapshot().failure?.code).toBe('left')
    })

    it('goes on with one who was away', async () => {
      const ann = page('A')
      const { begun, member } = await enter([ann])
      service.listener?.peerAway(ann.peer.id)
      expect(member().reach.getSnapshot().away).toBe(true)
      service.listener?.peerJoined(ann.peer)
      expect(member().reach.getSnapshot().away).toBe(false)
      expect(begun).toHaveLength(1)
    })

    it('goes on with the page that one has loaded anew, over a new connection', async () => {
      const ann = page('A')
      const { begun, member } = await enter([ann])
      member().transfer.state.advance('moving')
      ann.hear()
      const reloaded = page('A', 'Z')
      service.listener?.peerJoined(reloaded.peer)
      await pass(0)
      expect(begun).toHaveLength(1)
      expect(browser.connections.map(({ closed }) => closed)).toEqual([true, false])
      expect(reloaded.hear().at(-1)).toMatchObject({ event: 'offer' })
    })

    it('begins anew with such a page where all was over, and not with the same page', async () => {
      const ann = page('A')
      const { begun, member, now } = await enter([ann])
      member().transfer.state.advance('verified')
      service.listener?.peerJoined(ann.peer)
      expect(begun).toHaveLength(1)
      service.listener?.peerJoined(page('A', 'Z').peer)
      expect(begun).toHaveLength(2)
      expect(now().members).toHaveLength(1)
    })

    it('remembers sixty-four, and forgets the oldest that is over', async () => {
      const { now, member } = await enter()
      const names = Array.from({ length: 66 }, (_, at) => `${at}`.padStart(2, '0').repeat(11))
      for (const id of names.slice(0, 64)) service.listener?.peerJoined({ id, nonce: id })
      member(1).transfer.state.advance('verified')
      service.listener?.peerJoined({ id: names[64] ?? '', nonce: names[64] ?? '' })
      expect(now().members).toHaveLength(64)
      expect(now().members.map(({ id }) => id)).not.toContain(names[1])
      service.listener?.peerJoined({ id: names[65] ?? '', nonce: names[65] ?? '' })
      expect(now().members, 'nobody whose transfer is under way').toHaveLength(65)
    })

    it('tells the service, once, how a transfer with each ended', async () => {
      const [ann, bob] = [page('A'), page('B')]
      const { begun } = await enter([ann, bob])
      service.refuses.set('report', new SignalingError('rate_limited', 'too often'))
      for (const { transfer } of begun) {
        transfer.state.advance('moving')
        transfer.state.setVerified(2)
        transfer.state.advance('verified')
      }
      await pass(0)
      const told = { outcome: 'verified', files: 2, bytes: { direct: 0, turn: 0, relay: 0 } }
      expect(service.reports).toEqual([
        { peer: ann.peer.id, ...told },
        { peer: bob.peer.id, ...told },
      ])
      for (const { transfer } of begun) expect(transfer.state.stage).toBe('verified')
    })

    it('is busy while something moves', async () => {
      const { now, member } = await enter([page('A'), page('B')])
      expect(now().busy).toBe(false)
      member(0).transfer.state.advance('moving')
      expect(now().busy).toBe(true)
      member(0).transfer.state.advance('verified')
      expect(now().busy).toBe(false)
    })
  })

  describe('whose line breaks', () => {
    it('is entered as who we were, and transfers go on', async () => {
      const ann = page('A')
      const { now, befores, begun } = await enter([ann])
      service.listener?.disconnected()
      expect(now().phase).toBe('reconnecting')
      service.listener?.reconnected()
      await pass(0)
      expect(now().phase).toBe('open')
      expect(befores.map((before) => before?.resume)).toEqual([undefined, RESUME])
      expect(service.asked).toContain(`join ${ROOM} ${PAGE_NONCE} ${RESUME}`)
      expect(begun).toHaveLength(1)
    })

    it('learns who came and who left meanwhile', async () => {
      const [ann, bob] = [page('A'), page('B')]
      const { now, member } = await enter([ann])
      service.listener?.disconnected()
      service.peers = [bob.peer]
      service.listener?.reconnected()
      await pass(0)
      expect(now().members.map(({ id }) => id)).toEqual([ann.peer.id, bob.peer.id])
      expect(member(0).transfer.state.getSnapshot().failure?.code).toBe('left')
    })

    it.each(['unreachable', 'rate_limited'] as const)(
      'is entered again when the answer was %s, for it is most likely there',
      async (code) => {
        const { now } = await enter()
        service.listener?.disconnected()
        service.refuses.set('join', new SignalingError(code, 'not now'))
        service.listener?.reconnected()
        await pass(0)
        expect(now()).toMatchObject({ phase: 'reconnecting', failure: undefined })
        expect(service.closed).toBe(false)
        await pass(2000)
        expect(now().phase).toBe('open')
      },
    )

    it('minds no answer that comes after the line broke again', async () => {
      const { now } = await enter()
      const refuse: (() => void)[] = []
      for (const code of ['unknown_room', 'unreachable'] as const) {
        service.listener?.disconnected()
        service.delays.set('join', (answer) => {
          refuse.push(() => answer(new SignalingError(code, 'late')))
        })
        service.listener?.reconnected()
      }
      service.listener?.disconnected()
      service.peers = [page('A').peer]
      service.delays.set('join', (answer) => refuse.push(answer))
      service.listener?.reconnected()
      service.listener?.disconnected()
      for (const late of refuse) late()
      await pass(10_000)
      expect(now()).toMatchObject({ phase: 'reconnecting', members: [] })
      service.peers = []
      service.listener?.reconnected()
      await pass(0)
      expect(now()).toMatchObject({ phase: 'open', members: [] })
    })

    it('is not asked for over a line that is down', async () => {
      const { now } = await enter()
      service.listener?.disconnected()
      service.refuses.set('join', new SignalingError('unreachable', 'not now'))
      service.listener?.reconnected()
      await pass(0)
      service.listener?.disconnected()
      const before = service.asked.length
      await pass(10_000)
      expect(service.asked).toHaveLength(before)
      expect(now().phase).toBe('reconnecting')
    })

    it('has ended where the service knows it no more', async () => {
      const { now } = await enter()
      service.listener?.disconnected()
      service.refuses.set('join', new SignalingError('unknown_room', 'gone'))
      service.listener?.reconnected()
      await pass(0)
      expect(now()).toMatchObject({ phase: 'closed', failure: 'unknown_room' })
      expect(service.closed).toBe(true)
    })

    it('has not ended for what still moves', async () => {
      const { now, member } = await enter([page('A')])
      member().transfer.state.advance('moving')
      service.listener?.disconnected()
      service.refuses.set('join', new SignalingError('unknown_room', 'gone'))
      service.listener?.reconnected()
      await pass(0)
      expect(now().phase).toBe('closed')
      expect(service.closed).toBe(false)
      expect(member().transfer.state.ended).toBe(false)
    })
  })

  describe('that has an owner', () => {
    it('is locked and unlocked, and has a code only while it is open', async () => {
      const { room, now } = await enter()
      await pass(0)
      expect(room.codes.now.getSnapshot().code).toMatch(/^4821-/)
      await room.lock(true)
      expect(now().locked).toBe(true)
      expect(room.codes.now.getSnapshot().state).toBe('closed')
      expect(service.asked).toContain('close-code')
      await room.lock(false)
      await pass(0)
      expect(now().locked).toBe(false)
      expect(room.codes.now.getSnapshot().state).toBe('open')
    })

    it('is found locked by who comes back, and is locked by word of the service', async () => {
      service.locked = true
      const { now } = await enter()
      expect(now().locked).toBe(true)
      service.listener?.roomLocked(false)
      expect(now().locked).toBe(false)
    })

    it('stays as it is where the service refuses', async () => {
      const { room, now } = await enter()
      service.refuses.set('lock', new SignalingError('not_owner', 'no'))
      await expect(room.lock(true)).rejects.toThrow('no')
      expect(now().locked).toBe(false)
    })

    it('opens no code where it only receives', async () => {
      await enter([], { connects: false })
      expect(service.asked).not.toContain('open-code')
    })

    it('puts somebody out, who is heard of no more', async () => {
      const [ann, bob] = [page('A'), page('B')]
      const { room, now, member } = await enter([ann, bob])
      const { transfer } = member(0)
      await room.eject(ann.peer.id)
      expect(service.asked).toContain(`eject ${ann.peer.id}`)
      expect(now().members.map(({ id }) => id)).toEqual([bob.peer.id])
      expect(transfer.state.ended).toBe(true)
      expect(browser.connections[0]?.closed).toBe(true)
    })

    it('does so too where that one has just left, and not where the service refuses', async () => {
      const ann = page('A')
      const { room, now } = await enter([ann])
      service.refuses.set('eject', new SignalingError('not_owner', 'no'))
      await expect(room.eject(ann.peer.id)).rejects.toThrow('no')
      expect(now().members).toHaveLength(1)
      service.refuses.set('eject', new SignalingError('unknown_peer', 'gone'))
      await room.eject(ann.peer.id)
      expect(now().members).toEqual([])
    })
  })

  describe('that we are put out of', () => {
    it('is closed for good, keeps what has arrived, and remembers nothing', async () => {
      const { now, member, left } = await enter([page('A'), page('B')])
      member(0).transfer.state.advance('verified')
      member(1).transfer.state.advance('moving')
      const lost = member(1).transfer
      service.listener?.ejected()
      expect(now()).toMatchObject({ phase: 'closed', failure: 'ejected', busy: false })
      expect(now().members.map(({ id }) => id)).toEqual(['A'.repeat(22)])
      expect(lost.state.ended).toBe(true)
      expect(service.closed).toBe(true)
      expect(left).toHaveBeenCalledOnce()
    })

    it('by another page of ours, goes on being remembered for that one', async () => {
      const { now, left, room } = await enter()
      service.listener?.displaced()
      expect(now()).toMatchObject({ phase: 'closed', failure: 'displaced' })
      expect(service.closed).toBe(true)
      room.close()
      expect(left).not.toHaveBeenCalled()
    })
  })

  it('is left once, with everything in it', async () => {
    const { room, member, left } = await enter([page('A')])
    const { transfer } = member()
    room.close()
    room.close()
    expect(service.closed).toBe(true)
    expect(transfer.state.getSnapshot().failure?.code).toBe('left')
    expect(left).toHaveBeenCalledOnce()
    await pass(MINUTE)
    expect(vi.getTimerCount(), 'nothing is left to happen').toBe(0)
  })

  describe('knows where to ask about this network', () => {
    const known = [{ urls: ['turn:files.test'], username: 'old', credential: 'x' }]
    const fresh = [{ urls: ['turn:files.test'], username: 'new', credential: 'y' }]

    it('as the service says now', async () => {
      service.iceServersNow = known
      const { member } = await enter([page('A')])
      service.iceServersNow = fresh
      const asked = await member().network()
      expect(asked).toMatchObject({ service: true, iceServers: fresh, stunProbes: [] })
    })

    it('or as it said before, where its answer does not come or its line is down', async () => {
      service.iceServersNow = known
      const { member } = await enter([page('A')])
      service.refuses.set('ice-servers', new SignalingError('unreachable', 'late'))
      expect(await member().network()).toMatchObject({ service: false, iceServers: known })
      service.listener?.disconnected()
      const before = service.asked.length
      expect(await member().network()).toMatchObject({ service: false, iceServers: known })
      expect(service.asked).toHaveLength(before)
    })

    it('and asks again before credentials run out, for connections made later', async () => {
      service.iceServersNow = known
      await enter()
      service.iceServersNow = fresh
      await pass(59 * MINUTE)
      service.listener?.peerJoined(page('A').peer)
      expect(browser.connections[0]?.configuration.iceServers).toEqual(fresh)
    })
  })
})
