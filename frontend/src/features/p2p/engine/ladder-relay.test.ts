// @vitest-environment node
/** The way to a peer over the relay: when it is asked for, and what becomes of it. */
import { describe, expect, it } from 'vitest'
import { type RelayInvitation } from './relay-link'
import { invitation, ladderSetting } from './test-ladder'
import { joinRelay, pass, until } from './test-rtc'

describe('a ladder', () => {
  const { setUp, connection, socket, throughDirectly, onRelay, opened } = ladderSetting()

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
      expect(opened.sockets()).toHaveLength(0)
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
      expect(opened.sockets()).toHaveLength(0)
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
      expect(opened.connections()).toHaveLength(2)
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
        expect(opened.connections()).toHaveLength(at + 1)
        await pass(wait - 1)
        expect(opened.connections()).toHaveLength(at + 1)
        await pass(1)
        expect(opened.connections()).toHaveLength(at + 2)
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
})
