/** Who is in a room, what is believed of them, and what becomes of it when people go. */
import { describe, expect, it } from 'vitest'
import { LinkKey } from '../secrecy/link-key'
import { browserRandom } from '../secrecy/randomness'
import { PAGE_NONCE } from './page-nonce'
import { SignalingError } from './signaling-client'
import { RoomSetting } from './test-room'
import { pass } from './test-rtc'
import { OtherPage, ROOM, TestService, US } from './test-service'

const MINUTE = 60_000

describe('a room', () => {
  const setting = new RoomSetting()

  describe('that is entered', () => {
    it('knows itself and who is there, and begins with each', async () => {
      const [ann, bob] = [setting.page('A'), setting.page('B')]
      const { now, begun } = await setting.enter([ann, bob])
      expect(now()).toMatchObject({ phase: 'open', room: ROOM, self: US.id, locked: false })
      expect(now().members.map(({ id }) => id)).toEqual([ann.peer.id, bob.peer.id])
      expect(begun.map(({ id }) => id)).toEqual([ann.peer.id, bob.peer.id])
      for (const other of [ann, bob]) expect(other.hear()).toMatchObject([{ event: 'offer' }])
    })

    it('waits for offers where it receives, and meets whoever makes one', async () => {
      const ann = setting.page('A')
      const { now } = await setting.enter([ann], { hosts: false })
      expect(now().members).toEqual([])
      ann.say('ice-candidate', { link: 'l', candidates: [] })
      expect(now().members).toEqual([])
      ann.say('offer', { link: 'l', sdp: 'offer' })
      await pass(0)
      expect(now().members.map(({ id }) => id)).toEqual([ann.peer.id])
      expect(ann.hear()).toMatchObject([{ event: 'answer', link: 'l' }])
    })

    it('says why it cannot be', async () => {
      setting.service.refuses.set('join', new SignalingError('room_locked', 'locked'))
      const { now } = await setting.enter()
      expect(now()).toMatchObject({ phase: 'closed', failure: 'room_locked' })
      expect(setting.service.closed).toBe(true)

      setting.service = new TestService()
      setting.service.refuses.set('connect', new SignalingError('unreachable', 'nobody'))
      expect((await setting.enter()).now()).toMatchObject({
        phase: 'closed',
        failure: 'unreachable',
      })
    })

    it('is entered once, however often it is opened', async () => {
      const { room } = await setting.enter()
      await room.open()
      expect(setting.service.asked.filter((asked) => asked.startsWith('join'))).toHaveLength(1)
    })

    it('leaves alone whom nothing can be sealed for', async () => {
      const nameless = { id: 'N'.repeat(22) }
      const ourselves = { id: 'O'.repeat(22), nonce: PAGE_NONCE }
      setting.service.peers = [nameless, ourselves]
      const { room, now } = setting.make()
      await room.open()
      expect(now()).toMatchObject({ phase: 'open', members: [] })
    })
  })

  describe('hears', () => {
    it('what the other page sealed for this one', async () => {
      const ann = setting.page('A')
      await setting.enter([ann])
      const [{ link } = {}] = ann.hear()
      ann.say('answer', { link, sdp: 'their answer' })
      await pass(0)
      expect(setting.browser.connections[0]?.remoteDescription?.sdp).toBe('their answer')
    })

    it.each<[string, (ann: OtherPage, link: unknown) => void]>([
      [
        'is forged',
        ({ peer }) =>
          setting.service.listener?.signal(peer.id, 'answer', { sealed: 'A'.repeat(100) }),
      ],
      [
        'is not sealed',
        ({ peer }, link) => setting.service.listener?.signal(peer.id, 'answer', { link, sdp: 'x' }),
      ],
      [
        'was sealed under another link’s key',
        (_, link) => {
          const stranger = new OtherPage(setting.service, LinkKey.make(browserRandom), 'A')
          stranger.say('answer', { link, sdp: 'x' })
        },
      ],
      [
        'was said as another kind of word',
        (ann, link) => {
          const sealed = ann.seal('ice-candidate', { link, candidates: [] })
          setting.service.listener?.signal(ann.peer.id, 'answer', sealed)
        },
      ],
      [
        'was said before',
        (ann, link) => {
          const sealed = ann.seal('ice-candidate', { link, candidates: [] })
          setting.service.listener?.signal(ann.peer.id, 'ice-candidate', sealed)
          setting.service.listener?.signal(ann.peer.id, 'ice-candidate', sealed)
        },
      ],
      [
        'comes after what was said later',
        (ann, link) => {
          const [one, other] = [1, 2].map(() => ann.seal('ice-candidate', { link, candidates: [] }))
          setting.service.listener?.signal(ann.peer.id, 'ice-candidate', other)
          setting.service.listener?.signal(ann.peer.id, 'ice-candidate', one)
        },
      ],
    ])('no more of a transfer when something %s', async (_, meddle) => {
      const ann = setting.page('A')
      const { member } = await setting.enter([ann])
      const [{ link } = {}] = ann.hear()
      meddle(ann, link)
      expect(member().transfer.state.getSnapshot().failure?.code).toBe('tampered')
      await pass(MINUTE)
      expect(setting.browser.connections).toHaveLength(1)
    })

    it('of tampering also where it only waits', async () => {
      const ann = setting.page('A')
      const { member } = await setting.enter([ann], { hosts: false })
      new OtherPage(setting.service, LinkKey.make(browserRandom), 'A').say('offer', {
        link: 'l',
        sdp: 'x',
      })
      expect(member().transfer.state.getSnapshot().failure?.code).toBe('tampered')
    })

    it('old words as old after the service said that their page had left and come again', async () => {
      const ann = setting.page('A')
      const { now } = await setting.enter([ann], { hosts: false })
      const sealed = ann.seal('offer', { link: 'l', sdp: 'offer' })
      setting.service.listener?.signal(ann.peer.id, 'offer', sealed)
      setting.service.listener?.peerLeft(ann.peer.id)
      setting.service.listener?.peerJoined(ann.peer)
      setting.service.listener?.signal(ann.peer.id, 'offer', sealed)
      const states = now().members.map(({ transfer }) => transfer.state.getSnapshot())
      expect(states.at(-1)?.failure?.code).toBe('tampered')
    })

    it('no offer where it is the one to make them', async () => {
      const ann = setting.page('A')
      const { begun, member } = await setting.enter([ann])
      member().transfer.state.advance('verified')
      ann.say('offer', { link: 'l', sdp: 'offer' })
      expect(begun).toHaveLength(1)
    })

    it('nothing of who is not in it', async () => {
      const { now } = await setting.enter([], { hosts: false })
      setting.page('S').say('offer', { link: 'l', sdp: 'offer' })
      expect(now().members).toEqual([])
    })

    it('of a relay, which is met where the other side connects', async () => {
      const ann = setting.page('A')
      await setting.enter([ann], { hosts: false })
      ann.say('offer', { link: 'l', sdp: 'offer' })
      setting.service.listener?.relay(ann.peer.id, {
        url: 'ws://files.test/relay',
        ticket: 'their ticket',
      })
      setting.browser.sockets[0]?.open()
      expect(setting.browser.sockets[0]?.sent).toEqual(['{"ticket":"their ticket"}'])
      expect(setting.browser.sockets[0]?.address).toBe('ws://files.test/relay')
    })

    it('what another page asks about its network, also after their transfer', async () => {
      const ann = setting.page('A')
      const { member } = await setting.enter([ann])
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
      const { now } = await setting.enter()
      const ann = setting.page('A')
      setting.service.listener?.peerJoined(ann.peer)
      await pass(0)
      expect(now().members.map(({ id }) => id)).toEqual([ann.peer.id])
      expect(ann.hear()).toMatchObject([{ event: 'offer' }])
    })

    it('ends with each who leaves', async () => {
      const ann = setting.page('A')
      const { member } = await setting.enter([ann])
      setting.service.listener?.peerLeft(ann.peer.id)
      expect(member().transfer.state.getSnapshot().failure?.code).toBe('left')
    })

    it('goes on with one who was away', async () => {
      const ann = setting.page('A')
      const { begun, member } = await setting.enter([ann])
      setting.service.listener?.peerAway(ann.peer.id)
      expect(member().reach.getSnapshot().away).toBe(true)
      setting.service.listener?.peerJoined(ann.peer)
      expect(member().reach.getSnapshot().away).toBe(false)
      expect(begun).toHaveLength(1)
    })

    it('goes on with the page that one has loaded anew, over a new connection', async () => {
      const ann = setting.page('A')
      const { begun, member } = await setting.enter([ann])
      member().transfer.state.advance('moving')
      ann.hear()
      const reloaded = setting.page('A', 'Z')
      setting.service.listener?.peerJoined(reloaded.peer)
      await pass(0)
      expect(begun).toHaveLength(1)
      expect(setting.browser.connections.map(({ closed }) => closed)).toEqual([true, false])
      expect(reloaded.hear().at(-1)).toMatchObject({ event: 'offer' })
    })

    it('begins anew with such a page where all was over, and not with the same page', async () => {
      const ann = setting.page('A')
      const { begun, member, now } = await setting.enter([ann])
      member().transfer.state.advance('verified')
      setting.service.listener?.peerJoined(ann.peer)
      expect(begun).toHaveLength(1)
      setting.service.listener?.peerJoined(setting.page('A', 'Z').peer)
      expect(begun).toHaveLength(2)
      expect(now().members).toHaveLength(1)
    })

    it('remembers sixty-four, and forgets the oldest that is over', async () => {
      const { now, member } = await setting.enter()
      const names = Array.from({ length: 66 }, (_, at) => `${at}`.padStart(2, '0').repeat(11))
      for (const id of names.slice(0, 64)) setting.service.listener?.peerJoined({ id, nonce: id })
      member(1).transfer.state.advance('verified')
      setting.service.listener?.peerJoined({ id: names[64] ?? '', nonce: names[64] ?? '' })
      expect(now().members).toHaveLength(64)
      expect(now().members.map(({ id }) => id)).not.toContain(names[1])
      setting.service.listener?.peerJoined({ id: names[65] ?? '', nonce: names[65] ?? '' })
      expect(now().members, 'nobody whose transfer is under way').toHaveLength(65)
    })

    it('tells the service, once, how a transfer with each ended', async () => {
      const [ann, bob] = [setting.page('A'), setting.page('B')]
      const { begun } = await setting.enter([ann, bob])
      setting.service.refuses.set('report', new SignalingError('rate_limited', 'too often'))
      for (const { transfer } of begun) {
        transfer.state.advance('moving')
        transfer.state.setVerified(2)
        transfer.state.advance('verified')
      }
      await pass(0)
      const told = { outcome: 'verified', files: 2, bytes: { direct: 0, turn: 0, relay: 0 } }
      expect(setting.service.reports).toEqual([
        { peer: ann.peer.id, ...told },
        { peer: bob.peer.id, ...told },
      ])
      for (const { transfer } of begun) expect(transfer.state.stage).toBe('verified')
    })

    it('is busy while something moves', async () => {
      const { now, member } = await setting.enter([setting.page('A'), setting.page('B')])
      expect(now().busy).toBe(false)
      member(0).transfer.state.advance('moving')
      expect(now().busy).toBe(true)
      member(0).transfer.state.advance('verified')
      expect(now().busy).toBe(false)
    })
  })
})
