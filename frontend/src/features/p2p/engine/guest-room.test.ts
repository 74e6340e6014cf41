/** To whom a guest of a room sends, from whom it receives, and what the next page knows of it. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { LinkKey } from '../secrecy/link-key'
import { browserRandom } from '../secrecy/randomness'
import { GuestRoom, isGiving, isReceiving } from './guest-room'
import { PAGE_NONCE } from './page-nonce'
import type { RoomMemory } from './room-memory'
import { TestFolder } from './test-folder'
import { CLOCKS, inTestBrowser, pass, type TestBrowser, until } from './test-rtc'
import { OtherPage, RESUME, ROOM, TestService } from './test-service'

const key = LinkKey.make(browserRandom)
const FILE = new File(['content'], 'report.pdf')

describe('a guest', () => {
  let service: TestService
  let browser: TestBrowser
  let disk: TestFolder
  let owner: OtherPage
  let guest: OtherPage

  inTestBrowser((made) => {
    browser = made
  }, CLOCKS)
  beforeEach(() => {
    service = new TestService()
    owner = new OtherPage(service, key, 'O')
    guest = new OtherPage(service, key, 'G')
    service.peers = [guest.peer, owner.peer]
    disk = new TestFolder()
    const storage = { getDirectory: () => Promise.resolve(disk.handle) }
    vi.stubGlobal('navigator', { storage })
    vi.stubGlobal('isSecureContext', true)
  })
  afterEach(() => {
    vi.unstubAllGlobals()
  })

  /** One who is in the room, as a browser that remembers this. */
  async function enter(memory?: RoomMemory) {
    const claim = { memory, alone: true, release: () => undefined }
    const made = new GuestRoom(ROOM, key, claim, service.connectTo)
    void made.room.open()
    await until(() => made.room.getSnapshot().phase === 'open')
    await pass(0)
    const now = () => made.room.getSnapshot()
    const sender = () => {
      const [member] = now().members.filter(isGiving)
      if (!member) throw new Error('nothing is sent')
      return member.transfer
    }
    return { outbox: made.outbox, now, sender }
  }

  /** What this browser remembers of the room. */
  async function remembered(): Promise<Partial<RoomMemory>> {
    await until(() => `rooms/${ROOM}` in disk.files())
    return JSON.parse(disk.files()[`rooms/${ROOM}`] ?? '') as RoomMemory
  }

  describe('of a room that takes files', () => {
    beforeEach(() => {
      service.takes = owner.peer.id
    })

    it('makes a connection to whoever takes them, and to nobody else', async () => {
      const { now } = await enter()
      expect(now()).toMatchObject({ phase: 'open', takes: owner.peer.id })
      service.listener?.peerJoined(new OtherPage(service, key, 'L').peer)
      await pass(0)
      expect(now().members.map(({ id }) => id)).toEqual([owner.peer.id])
      expect(service.said.map(({ to }) => to)).toEqual([owner.peer.id])
      expect(owner.hear()).toMatchObject([{ event: 'offer' }])
      expect(browser.connections).toHaveLength(1)
    })

    it('answers no other guest, whatever that one says', async () => {
      const { now } = await enter()
      guest.say('offer', { link: 'l', sdp: 'offer' })
      guest.say('ice-candidate', { link: '-', candidates: [], network: { ask: true } })
      service.listener?.signal(guest.peer.id, 'offer', { sealed: 'nonsense' })
      service.listener?.relay(guest.peer.id, { url: 'ws://files.test/relay', ticket: 'ticket' })
      await pass(0)
      expect(now().members.map(({ id }) => id)).toEqual([owner.peer.id])
      expect(guest.hear()).toEqual([])
      expect(browser.connections).toHaveLength(1)
      expect(browser.sockets).toHaveLength(0)
    })

    it('offers what is chosen once its person says so, and nothing before', async () => {
      const { outbox, sender } = await enter()
      expect(outbox.add([{ file: FILE }, { file: new File([], 'wrong.txt') }])).toBe(0)
      expect(sender().state.getSnapshot().files).toEqual([])
      outbox.remove(outbox.now.getSnapshot().files.slice(1))
      expect(outbox.now.getSnapshot()).toMatchObject({ held: true, offered: false })
      outbox.send()
      expect(sender().state.getSnapshot().files).toMatchObject([{ name: 'report.pdf', size: 7 }])
      expect(outbox.now.getSnapshot()).toMatchObject({ offered: true, accepted: false })
    })

    it('opens no code: the room is not its own', async () => {
      await enter()
      expect(service.asked.map((asked) => asked.split(' ')[0])).not.toContain('open-code')
    })

    it('sends to nobody else once that one has left, also after a lost line', async () => {
      const { now, outbox, sender } = await enter()
      outbox.add([{ file: FILE }])
      outbox.send()
      const before = sender()
      service.listener?.disconnected()
      service.takes = undefined
      service.peers = [guest.peer]
      service.listener?.reconnected()
      await until(() => now().phase === 'open')
      await pass(0)
      expect(before.state.getSnapshot().failure?.code).toBe('left')
      expect(now().takes).toBe(owner.peer.id)
      guest.say('offer', { link: 'l', sdp: 'offer' })
      await pass(0)
      expect(now().members.map(({ id }) => id)).toEqual([owner.peer.id])
      expect(guest.hear()).toEqual([])
    })

    it('starts anew with one whose page came back after it had left', async () => {
      const { outbox, sender } = await enter()
      outbox.add([{ file: FILE }])
      outbox.send()
      const before = sender()
      service.listener?.peerLeft(owner.peer.id)
      service.listener?.peerJoined(new OtherPage(service, key, 'O', 'P').peer)
      expect(sender()).not.toBe(before)
      expect(sender().state.getSnapshot().files).toHaveLength(1)
    })

    it('remembers what the next page has to choose again, until it has arrived', async () => {
      const { outbox, sender } = await enter()
      expect(await remembered()).toEqual({
        role: 'guest',
        resume: RESUME,
        takes: owner.peer.id,
        files: [],
      })
      outbox.add([{ file: FILE }])
      outbox.send()
      sender().state.advance('moving')
      await until(() => disk.files()[`rooms/${ROOM}`]?.includes('report.pdf') ?? false)
      sender().state.advance('verified')
      await until(() => disk.files()[`rooms/${ROOM}`]?.includes('report.pdf') === false)
    })

    it('goes on where the page before it stopped, once the same files are there', async () => {
      const offered = {
        name: FILE.name,
        size: FILE.size,
        media_type: '',
        modified_at: FILE.lastModified,
      }
      const memory = {
        role: 'guest',
        resume: RESUME,
        takes: owner.peer.id,
        files: [offered],
      } as const
      const { outbox, sender } = await enter({ ...memory, files: [...memory.files] })
      expect(service.asked).toContain(`join ${ROOM} ${PAGE_NONCE} ${RESUME}`)
      expect(outbox.now.getSnapshot().missing).toEqual([offered])
      expect(outbox.add([{ file: new File(['else'], 'else.txt') }])).toBe(1)
      expect(sender().state.getSnapshot().files).toEqual([])
      expect(outbox.add([{ file: FILE }])).toBe(0)
      expect(sender().state.getSnapshot().files).toHaveLength(1)
    })

    it('knows what the room was for where whoever took files has left meanwhile', async () => {
      service.takes = undefined
      service.peers = [guest.peer]
      const { now } = await enter({ role: 'guest', resume: RESUME, takes: owner.peer.id })
      expect(now()).toMatchObject({ takes: owner.peer.id, members: [] })
    })
  })

  describe('of any other room', () => {
    it('connects to nobody, and receives from who offers', async () => {
      const { now } = await enter()
      expect(now()).toMatchObject({ takes: undefined, members: [] })
      owner.say('offer', { link: 'l', sdp: 'offer' })
      await pass(0)
      expect(
        now()
          .members.filter(isReceiving)
          .map(({ id }) => id),
      ).toEqual([owner.peer.id])
      expect(owner.hear()).toMatchObject([{ event: 'answer' }])
      expect(guest.hear()).toEqual([])
      expect(await remembered()).toEqual({ role: 'guest', resume: RESUME })
    })

    it('goes on receiving, whatever the service says later', async () => {
      const { now } = await enter()
      service.listener?.disconnected()
      service.takes = guest.peer.id
      service.listener?.reconnected()
      await until(() => now().phase === 'open')
      await pass(0)
      expect(now()).toMatchObject({ takes: undefined, members: [] })
      expect(guest.hear()).toEqual([])
    })
  })
})
