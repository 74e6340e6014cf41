/** What becomes of a room when the line to the service breaks. */
import { describe, expect, it } from 'vitest'
import { PAGE_NONCE } from './page-nonce'
import { SignalingError } from './signaling-client'
import { RoomSetting } from './test-room'
import { pass } from './test-rtc'
import { RESUME, ROOM } from './test-service'

describe('a room', () => {
  const setting = new RoomSetting()

  describe('whose line breaks', () => {
    it('is entered as who we were, and transfers go on', async () => {
      const ann = setting.page('A')
      const { now, befores, begun } = await setting.enter([ann])
      setting.service.listener?.disconnected()
      expect(now().phase).toBe('reconnecting')
      setting.service.listener?.reconnected()
      await pass(0)
      expect(now().phase).toBe('open')
      expect(befores.map((before) => before?.resume)).toEqual([undefined, RESUME])
      expect(setting.service.asked).toContain(`join ${ROOM} ${PAGE_NONCE} ${RESUME}`)
      expect(begun).toHaveLength(1)
    })

    it('learns who came and who left meanwhile', async () => {
      const [ann, bob] = [setting.page('A'), setting.page('B')]
      const { now, member } = await setting.enter([ann])
      setting.service.listener?.disconnected()
      setting.service.peers = [bob.peer]
      setting.service.listener?.reconnected()
      await pass(0)
      expect(now().members.map(({ id }) => id)).toEqual([ann.peer.id, bob.peer.id])
      expect(member(0).transfer.state.getSnapshot().failure?.code).toBe('left')
    })

    it.each(['unreachable', 'rate_limited'] as const)(
      'is entered again when the answer was %s, for it is most likely there',
      async (code) => {
        const { now } = await setting.enter()
        setting.service.listener?.disconnected()
        setting.service.refuses.set('join', new SignalingError(code, 'not now'))
        setting.service.listener?.reconnected()
        await pass(0)
        expect(now()).toMatchObject({ phase: 'reconnecting', failure: undefined })
        expect(setting.service.closed).toBe(false)
        await pass(2000)
        expect(now().phase).toBe('open')
      },
    )

    it('minds no answer that comes after the line broke again', async () => {
      const { now } = await setting.enter()
      const refuse: (() => void)[] = []
      for (const code of ['unknown_room', 'unreachable'] as const) {
        setting.service.listener?.disconnected()
        setting.service.delays.set('join', (answer) => {
          refuse.push(() => answer(new SignalingError(code, 'late')))
        })
        setting.service.listener?.reconnected()
      }
      setting.service.listener?.disconnected()
      setting.service.peers = [setting.page('A').peer]
      setting.service.delays.set('join', (answer) => refuse.push(answer))
      setting.service.listener?.reconnected()
      setting.service.listener?.disconnected()
      for (const late of refuse) late()
      await pass(10_000)
      expect(now()).toMatchObject({ phase: 'reconnecting', members: [] })
      setting.service.peers = []
      setting.service.listener?.reconnected()
      await pass(0)
      expect(now()).toMatchObject({ phase: 'open', members: [] })
    })

    it('is not asked for over a line that is down', async () => {
      const { now } = await setting.enter()
      setting.service.listener?.disconnected()
      setting.service.refuses.set('join', new SignalingError('unreachable', 'not now'))
      setting.service.listener?.reconnected()
      await pass(0)
      setting.service.listener?.disconnected()
      const before = setting.service.asked.length
      await pass(10_000)
      expect(setting.service.asked).toHaveLength(before)
      expect(now().phase).toBe('reconnecting')
    })

    it('has ended where the service knows it no more', async () => {
      const { now } = await setting.enter()
      setting.service.listener?.disconnected()
      setting.service.refuses.set('join', new SignalingError('unknown_room', 'gone'))
      setting.service.listener?.reconnected()
      await pass(0)
      expect(now()).toMatchObject({ phase: 'closed', failure: 'unknown_room' })
      expect(setting.service.closed).toBe(true)
    })

    it('has not ended for what still moves', async () => {
      const { now, member } = await setting.enter([setting.page('A')])
      member().transfer.state.advance('moving')
      setting.service.listener?.disconnected()
      setting.service.refuses.set('join', new SignalingError('unknown_room', 'gone'))
      setting.service.listener?.reconnected()
      await pass(0)
      expect(now().phase).toBe('closed')
      expect(setting.service.closed).toBe(false)
      expect(member().transfer.state.ended).toBe(false)
    })
  })
})
