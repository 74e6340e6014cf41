// @vitest-environment node
/** How long a connection to somebody is worth making again, and what is done about somebody who is gone. */
import { describe, expect, it, vi } from 'vitest'
import { MemberSetting, MINUTE, SECOND } from './test-member'

describe('a member', () => {
  const setting = new MemberSetting()
  const { setUp, newest, made, pass, connect, breakIt, accepted, offer } = setting

  it('is connected to at once, and its transfer goes over that', async () => {
    const { member, transfer } = setUp()
    expect(made()).toBe(1)
    await connect()
    expect(transfer.connections).toHaveLength(1)
    expect(member.busy).toBe(false)
    transfer.state.advance('moving')
    expect(member.busy).toBe(true)
  })

  it('is waited for where it is away, or where it connects', async () => {
    const { member } = setUp({ away: true })
    setUp({ connects: false })
    await pass(10 * MINUTE)
    expect(made()).toBe(0)
    member.back(false)
    expect(made()).toBe(1)
  })

  describe('whose connection breaks', () => {
    it('is sought by another way over the same connection first, and by a new one after', async () => {
      const { transfer, said } = await accepted()
      const first = newest()
      first.become('disconnected')
      await pass(2 * SECOND - 1)
      expect(first.restarts).toBe(0)
      await pass(1)
      expect(first.restarts).toBe(1)
      expect(said.at(-1)).toMatchObject({ event: 'offer', sdp: 'offer 2', link: said[0]?.link })
      expect(transfer.interruptions, 'what is being mended is not given up').toBe(0)

      await pass(15 * SECOND)
      expect(transfer.interruptions).toBe(1)
      expect(first.closed).toBe(true)
      await pass(500)
      expect(made()).toBe(2)
      expect(said.at(-1)?.link).not.toBe(said[0]?.link)
      await connect()
      expect(transfer.connections).toHaveLength(2)
    })

    it('keeps what comes back by itself, or is mended in time', async () => {
      const { transfer } = await accepted()
      newest().become('disconnected')
      await pass(SECOND)
      newest().become('connected')
      await pass(MINUTE)
      expect(newest().restarts).toBe(0)
      newest().become('failed')
      await pass(10 * SECOND)
      newest().become('connected')
      await pass(MINUTE)
      expect(newest().restarts).toBe(1)
      expect(transfer.interruptions).toBe(0)
      expect(made()).toBe(1)
    })

    it('is sought again and again, more and more seldom', async () => {
      const { said } = await accepted()
      await breakIt()
      for (const wait of [500, 1000, 2000, 4000, 8000, 8000]) {
        const before = made()
        await pass(wait - 1)
        expect(made()).toBe(before)
        await pass(1)
        expect(made()).toBe(before + 1)
        // Each attempt has its time.
        await pass(15 * SECOND)
      }
      expect(new Set(said.map(({ link }) => link)).size).toBe(made())
    })

    it('is sought quickly again once it had been found', async () => {
      await accepted()
      await breakIt()
      await pass(500 + 15 * SECOND + 1000)
      await connect()
      await breakIt()
      const before = made()
      await pass(500)
      expect(made()).toBe(before + 1)
    })

    it('is given up after forty seconds where nothing was accepted', async () => {
      const { transfer } = setUp()
      await connect()
      await breakIt()
      await pass(35 * SECOND)
      expect(transfer.failure).toBeUndefined()
      await pass(30 * SECOND)
      expect(transfer.failure).toBe('connection')
      const before = made()
      await pass(10 * MINUTE)
      expect(made()).toBe(before)
    })

    it('is given up after half an hour where files were on their way', async () => {
      const { transfer } = await accepted()
      await breakIt()
      await pass(29 * MINUTE)
      expect(transfer.failure).toBeUndefined()
      await pass(2 * MINUTE)
      expect(transfer.failure).toBe('connection')
    })

    it('has as much time again each time it was found', async () => {
      const { transfer } = setUp()
      for (let times = 0; times < 4; times += 1) {
        await connect()
        await breakIt()
        await pass(500)
        await pass(14 * SECOND)
      }
      expect(transfer.failure).toBeUndefined()
    })

    it('is waited for where it connects, and what it offers meanwhile is not broken off', async () => {
      const { member, transfer } = await accepted({ connects: false })
      await breakIt()
      await pass(400)
      await offer(member, 'again')
      const again = newest()
      // The clock is looked at several times before the two have found each other.
      await pass(8 * SECOND)
      expect(again.closed).toBe(false)
      await connect()
      expect(transfer.connections).toHaveLength(2)
    })

    it('is given up in the end where it connects and does not', async () => {
      const { member, transfer } = setUp({ connects: false })
      await offer(member)
      await pass(MINUTE + 15 * SECOND)
      expect(transfer.failure).toBe('connection')
    })

    it('fails, with nobody to be found ever, forty seconds after it was sought first', async () => {
      const { transfer } = setUp()
      await pass(40 * SECOND)
      expect(transfer.failure).toBeUndefined()
      // The attempt that was under way has its time.
      await pass(7 * SECOND)
      expect(transfer.failure).toBe('connection')
    })
  })

  describe('that ends it in order', () => {
    it('has left where nothing was accepted', async () => {
      const { transfer } = setUp()
      await connect()
      newest().channels[0]?.close()
      expect(transfer.failure).toBe('left')
    })

    it('is sought again where files are on their way: its page may be coming back', async () => {
      const { transfer } = await accepted()
      newest().channels[0]?.close()
      expect(transfer.failure).toBeUndefined()
      await pass(500)
      expect(made()).toBe(2)
    })
  })

  describe('that is away', () => {
    it('goes on over a connection on which something moves', async () => {
      const { member, transfer } = await accepted()
      member.away()
      for (let written = 1; written < 10; written += 1) {
        transfer.state.setWritten(written)
        transfer.state.advance('moving')
        await pass(2900)
      }
      expect(transfer.interruptions).toBe(0)
      expect(member.reach.getSnapshot().away).toBe(true)
    })

    it('is given up when nothing moves for three seconds, and sought when it is back', async () => {
      const { member, transfer } = await accepted()
      member.away()
      await pass(2999)
      expect(transfer.interruptions).toBe(0)
      await pass(1)
      expect(transfer.interruptions).toBe(1)
      expect(newest().closed).toBe(true)
      await pass(5 * MINUTE)
      expect(made(), 'nobody would answer').toBe(1)
      member.back(false)
      expect(made()).toBe(2)
      await connect()
      expect(transfer.connections).toHaveLength(2)
    })

    it.each(['here', 'there'] as const)('may stand still while it is paused %s', async (where) => {
      const { member, transfer } = await accepted()
      transfer.state.setPaused({ [where]: true })
      member.away()
      await pass(MINUTE)
      expect(transfer.interruptions).toBe(0)
      transfer.state.setPaused({ [where]: false })
      await pass(6 * SECOND)
      expect(transfer.interruptions).toBe(1)
    })

    it('is not given up when it was back in time', async () => {
      const { member, transfer } = await accepted()
      member.away()
      await pass(2 * SECOND)
      member.back(false)
      await pass(MINUTE)
      expect(transfer.interruptions).toBe(0)
      expect(made()).toBe(1)
    })

    it('is given up after half an hour', async () => {
      const { member, transfer } = await accepted()
      member.away()
      await pass(29 * MINUTE)
      expect(transfer.failure).toBeUndefined()
      await pass(2 * MINUTE)
      expect(transfer.failure).toBe('connection')
    })
  })

  describe('that is back', () => {
    it('as another page, gets a new connection at once', async () => {
      const { member, transfer } = await accepted()
      const before = newest()
      member.back(true)
      expect(before.closed).toBe(true)
      expect(transfer.interruptions).toBe(1)
      expect(made()).toBe(2)
    })

    it('as the same, keeps the connection it has', async () => {
      const { member } = await accepted()
      member.back(false)
      expect(newest().closed).toBe(false)
      expect(made()).toBe(1)
    })

    it('and does not connect after all is given up as ever', async () => {
      const { member, transfer } = setUp({ connects: false })
      await offer(member)
      await connect()
      await breakIt()
      member.back(false)
      await pass(MINUTE)
      expect(transfer.failure).toBe('connection')
    })
  })

  describe('that has left', () => {
    it('has its transfer ended', async () => {
      const { member, transfer } = setUp()
      await connect()
      member.left()
      expect(transfer.failure).toBe('left')
    })

    it('goes on over a connection that carries files, until that breaks', async () => {
      const { member, transfer } = await accepted()
      member.left()
      await pass(MINUTE)
      expect(transfer.failure).toBeUndefined()
      await breakIt()
      expect(transfer.failure).toBe('left')
      await pass(MINUTE)
      expect(made()).toBe(1)
    })

    it('and came back after all is sought as ever', async () => {
      const { member, transfer } = await accepted()
      member.left()
      member.back(false)
      await breakIt()
      await pass(500)
      expect(transfer.failure).toBeUndefined()
      expect(made()).toBe(2)
    })
  })

  it('hears nothing any more once its transfer has ended', async () => {
    const { member, transfer } = await accepted({ connects: false })
    transfer.state.advance('verified')
    await offer(member, 'another')
    member.meetAtRelay({ url: 'ws://files.test/relay', ticket: 'ticket' })
    member.back(true)
    await pass(MINUTE)
    expect(made()).toBe(1)
    expect(setting.browser.sockets).toHaveLength(0)
  })

  it('is left a while to hear the last word, and then let go', async () => {
    const { transfer } = await accepted()
    transfer.state.advance('verified')
    await pass(14 * SECOND)
    expect(newest().closed).toBe(false)
    await pass(SECOND)
    expect(newest().closed).toBe(true)
  })

  it('is let go at once when we leave', async () => {
    const { member, transfer } = await accepted()
    member.close()
    await pass(0)
    expect(newest().closed).toBe(true)
    expect(transfer.failure).toBe('left')
    await pass(MINUTE)
    expect(made()).toBe(1)
    expect(vi.getTimerCount(), 'nothing is left to happen').toBe(0)
  })

  it('says a word on its network, and none of its links hears it', async () => {
    const { member, said } = setUp()
    await pass(0)
    void member.networks.ask(AbortSignal.timeout(1))
    await pass(0)
    expect(said.at(-1)).toEqual({
      event: 'ice-candidate',
      link: '-',
      candidates: [],
      network: { ask: true },
    })
  })
})
