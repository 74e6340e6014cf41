/** What the maker of a room may do with it, how one is left, and where it has its members ask about this network. */
import { describe, expect, it, vi } from 'vitest'
import { SignalingError } from './signaling-client'
import { RoomSetting } from './test-room'
import { pass } from './test-rtc'

const MINUTE = 60_000

describe('a room', () => {
  const setting = new RoomSetting()

  describe('that has an owner', () => {
    it('is locked and unlocked, and has a code only while it is open', async () => {
      const { room, now } = await setting.enter()
      await pass(0)
      expect(room.codes.now.getSnapshot().code).toMatch(/^4821-/)
      await room.lock(true)
      expect(now().locked).toBe(true)
      expect(room.codes.now.getSnapshot().state).toBe('closed')
      expect(setting.service.asked).toContain('close-code')
      await room.lock(false)
      await pass(0)
      expect(now().locked).toBe(false)
      expect(room.codes.now.getSnapshot().state).toBe('open')
    })

    it('is found locked by who comes back, and is locked by word of the service', async () => {
      setting.service.locked = true
      const { now } = await setting.enter()
      expect(now().locked).toBe(true)
      setting.service.listener?.roomLocked(false)
      expect(now().locked).toBe(false)
    })

    it('stays as it is where the service refuses', async () => {
      const { room, now } = await setting.enter()
      setting.service.refuses.set('lock', new SignalingError('not_owner', 'no'))
      await expect(room.lock(true)).rejects.toThrow('no')
      expect(now().locked).toBe(false)
    })

    it('opens no code where it only receives', async () => {
      await setting.enter([], { hosts: false })
      expect(setting.service.asked).not.toContain('open-code')
    })

    it('puts somebody out, who is heard of no more', async () => {
      const [ann, bob] = [setting.page('A'), setting.page('B')]
      const { room, now, member } = await setting.enter([ann, bob])
      const { transfer } = member(0)
      await room.eject(ann.peer.id)
      expect(setting.service.asked).toContain(`eject ${ann.peer.id}`)
      expect(now().members.map(({ id }) => id)).toEqual([bob.peer.id])
      expect(transfer.state.ended).toBe(true)
      expect(setting.browser.connections[0]?.closed).toBe(true)
    })

    it('does so too where that one has just left, and not where the service refuses', async () => {
      const ann = setting.page('A')
      const { room, now } = await setting.enter([ann])
      setting.service.refuses.set('eject', new SignalingError('not_owner', 'no'))
      await expect(room.eject(ann.peer.id)).rejects.toThrow('no')
      expect(now().members).toHaveLength(1)
      setting.service.refuses.set('eject', new SignalingError('unknown_peer', 'gone'))
      await room.eject(ann.peer.id)
      expect(now().members).toEqual([])
    })
  })

  describe('that we are put out of', () => {
    it('is closed for good, keeps what has arrived, and remembers nothing', async () => {
      const { now, member, left } = await setting.enter([setting.page('A'), setting.page('B')])
      member(0).transfer.state.advance('verified')
      member(1).transfer.state.advance('moving')
      const lost = member(1).transfer
      setting.service.listener?.ejected()
      expect(now()).toMatchObject({ phase: 'closed', failure: 'ejected', busy: false })
      expect(now().members.map(({ id }) => id)).toEqual(['A'.repeat(22)])
      expect(lost.state.ended).toBe(true)
      expect(setting.service.closed).toBe(true)
      expect(left).toHaveBeenCalledOnce()
    })

    it('by another page of ours, goes on being remembered for that one', async () => {
      const { now, left, room } = await setting.enter()
      setting.service.listener?.displaced()
      expect(now()).toMatchObject({ phase: 'closed', failure: 'displaced' })
      expect(setting.service.closed).toBe(true)
      room.close()
      expect(left).not.toHaveBeenCalled()
    })
  })

  it('is left once, with everything in it', async () => {
    const { room, member, left } = await setting.enter([setting.page('A')])
    const { transfer } = member()
    room.close()
    room.close()
    expect(setting.service.closed).toBe(true)
    expect(transfer.state.getSnapshot().failure?.code).toBe('left')
    expect(left).toHaveBeenCalledOnce()
    await pass(MINUTE)
    expect(vi.getTimerCount(), 'nothing is left to happen').toBe(0)
  })

  describe('knows where to ask about this network', () => {
    const known = [{ urls: ['turn:files.test'], username: 'old', credential: 'x' }]
    const fresh = [{ urls: ['turn:files.test'], username: 'new', credential: 'y' }]

    it('as the service says now', async () => {
      setting.service.iceServersNow = known
      const { member } = await setting.enter([setting.page('A')])
      setting.service.iceServersNow = fresh
      const asked = await member().network()
      expect(asked).toMatchObject({ service: true, iceServers: fresh, stunProbes: [] })
    })

    it('or as it said before, where its answer does not come or its line is down', async () => {
      setting.service.iceServersNow = known
      const { member } = await setting.enter([setting.page('A')])
      setting.service.refuses.set('ice-servers', new SignalingError('unreachable', 'late'))
      expect(await member().network()).toMatchObject({ service: false, iceServers: known })
      setting.service.listener?.disconnected()
      const before = setting.service.asked.length
      expect(await member().network()).toMatchObject({ service: false, iceServers: known })
      expect(setting.service.asked).toHaveLength(before)
    })

    it('and asks again before credentials run out, for connections made later', async () => {
      setting.service.iceServersNow = known
      await setting.enter()
      setting.service.iceServersNow = fresh
      await pass(59 * MINUTE)
      setting.service.listener?.peerJoined(setting.page('A').peer)
      expect(setting.browser.connections[0]?.configuration.iceServers).toEqual(fresh)
    })
  })
})
