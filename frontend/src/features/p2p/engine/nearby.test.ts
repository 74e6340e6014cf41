import { beforeEach, describe, expect, it } from 'vitest'
import { LinkKey } from '../secrecy/link-key'
import { browserRandom } from '../secrecy/randomness'
import { Nearby } from './nearby'
import { PAGE_NONCE } from './page-nonce'
import { SignalingError } from './signaling-client'
import { NearbyService } from './test-nearby'
import { asking, outcome, page, seen, until } from './test-nearby-pages'

let service: NearbyService

beforeEach(() => {
  service = new NearbyService()
})

describe('being seen', () => {
  it('shows those who wish it to each other, and nobody else', async () => {
    const heron = await seen(service, 'Quiet Heron')
    const silent = page(service, 'Neat Owl')
    const fox = await seen(service, 'Bold Fox')
    expect([heron.names(), fox.names()]).toEqual([['Bold Fox'], ['Quiet Heron']])
    expect(silent.now()).toMatchObject({ state: 'off', devices: [] })

    fox.nearby.disappear()
    await until(() => heron.names().length === 0)
    expect(fox.now()).toMatchObject({ state: 'off', devices: [], self: undefined })
  })

  it('waits for a room of its own', async () => {
    const nearby = new Nearby(service.line(), browserRandom, () => false)
    nearby.appear({ name: 'Quiet Heron' })
    expect(nearby.now.getSnapshot().state).toBe('appearing')
    nearby.entered({ room: 'A'.repeat(22), key: LinkKey.make(browserRandom) })
    await until(() => nearby.now.getSnapshot().state === 'on')
  })

  it('comes back after the line was lost, and knows nobody meanwhile', async () => {
    const [heron, fox] = [await seen(service, 'Quiet Heron'), await seen(service, 'Bold Fox')]
    const before = fox.now().self?.id
    fox.line.lose()
    expect(heron.names()).toEqual([])
    expect(fox.now()).toMatchObject({ state: 'appearing', devices: [], self: undefined })
    fox.nearby.entered(fox.invitation)
    await until(() => fox.now().state === 'on')
    expect([heron.names(), fox.names()]).toEqual([['Bold Fox'], ['Quiet Heron']])
    expect(fox.now().self?.id).not.toBe(before)
  })

  it('says why it was refused', async () => {
    service.refuses = new SignalingError('no_nearby', '')
    const heron = page(service, 'Quiet Heron')
    heron.nearby.appear({ name: 'Quiet Heron' })
    await until(() => heron.now().state === 'refused')
    expect(heron.now().refusal).toBe('no_nearby')
  })

  it('is over at once for whoever changes their mind before it began', async () => {
    const heron = page(service, 'Quiet Heron')
    heron.nearby.appear({ name: 'Quiet Heron' })
    heron.nearby.disappear()
    const fox = await seen(service, 'Bold Fox')
    expect(heron.now().state).toBe('off')
    expect(fox.names()).toEqual([])
  })

  it('does not show somebody who went before the list of those who are there was read', async () => {
    const fox = await seen(service, 'Bold Fox')
    const late = page(service, 'Quiet Heron')
    const { appear } = late.line
    late.line.appear = async (description) => {
      const answer = await appear(description)
      fox.nearby.disappear()
      await Promise.resolve()
      return answer
    }
    late.nearby.appear({ name: 'Quiet Heron' })
    await until(() => late.now().state === 'on')
    expect(late.names()).toEqual([])
  })
})

describe('sending to a device', () => {
  it('shows both people the same words, and leads whoever accepts to the room', async () => {
    const { heron, fox } = await asking(service)
    expect(fox.asked()).toMatchObject({ from: { name: 'Quiet Heron' }, accepted: false })
    expect(fox.asked()?.words).toBe(heron.now().attempt?.words)
    const words = fox.asked()?.words

    const got = await fox.nearby.asking.accept()
    expect([got.room, got.key.text()]).toEqual([heron.invitation.room, heron.invitation.key.text()])
    expect(await outcome(heron)).toBe('accepted')
    expect(heron.now().guests).toMatchObject([
      { device: { name: 'Bold Fox' }, nonce: PAGE_NONCE, words, compared: false },
    ])
    expect(fox.asked()).toBeUndefined()
  })

  it('knows its guest before that one is told where to go', async () => {
    const { heron, fox } = await asking(service)
    const guests: number[] = []
    service.between = ({ body }) => {
      if ('invite' in body) guests.push(heron.now().guests.length)
      return body
    }
    await fox.nearby.asking.accept()
    expect(guests).toEqual([1])
  })

  it('tells nothing but shares before the person has accepted', async () => {
    const { fox } = await asking(service)
    expect(service.passed.map(({ body }) => Object.keys(body))).toEqual([
      ['commit'],
      ['share'],
      ['reveal'],
    ])
    await fox.nearby.asking.accept()
    const [accept, invite] = service.passed.slice(3).map(({ body }) => JSON.stringify(body))
    expect(accept).not.toContain(PAGE_NONCE)
    expect(invite).not.toContain('QuietHeron')
  })

  it('ends when the person declines', async () => {
    const { heron, fox } = await asking(service)
    fox.nearby.asking.decline()
    expect(await outcome(heron)).toBe('declined')
    expect(fox.asked()).toBeUndefined()
    expect(heron.now()).toMatchObject({ attempt: undefined, guests: [] })
    await expect(fox.nearby.asking.accept()).rejects.toThrow()
  })

  it('ends when the sender gives up', async () => {
    const { heron, fox } = await asking(service)
    heron.nearby.stop()
    await until(() => fox.asked() === undefined)
    expect(heron.now()).toMatchObject({ attempt: undefined, outcome: undefined })
    heron.send('Bold Fox')
    await until(() => fox.asked())
  })

  it('shows no words that came as the sender gave up', async () => {
    const [heron, fox] = [await seen(service, 'Quiet Heron'), await seen(service, 'Bold Fox')]
    service.between = ({ body }) => {
      if ('reveal' in body) heron.nearby.stop()
      return body
    }
    heron.send('Bold Fox')
    await until(() => service.passed.length === 3 && !fox.asked())
    expect(heron.now().attempt).toBeUndefined()
  })

  it('hands nothing over to an acceptance that crossed the sender’s giving up', async () => {
    const { heron, fox } = await asking(service)
    service.between = ({ body }) => {
      if ('accept' in body) heron.nearby.stop()
      return body
    }
    await expect(fox.nearby.asking.accept()).rejects.toThrow()
    expect(heron.now().guests).toEqual([])
    expect(service.passed.some(({ body }) => 'invite' in body)).toBe(false)
  })

  it('ends with either line', async () => {
    const first = await asking(service)
    first.fox.line.lose()
    expect(await outcome(first.heron)).toBe('declined')
    expect(first.fox.asked()).toBeUndefined()

    first.fox.nearby.entered(first.fox.invitation)
    await until(() => first.heron.names().includes('Bold Fox'))
    first.heron.send('Bold Fox')
    await until(() => first.fox.asked())
    first.heron.line.lose()
    expect(await outcome(first.heron)).toBe('unreachable')
    expect(first.fox.asked()).toBeUndefined()
  })

  it('goes to one at a time', async () => {
    const { heron, fox } = await asking(service)
    const owl = await seen(service, 'Neat Owl')
    heron.send('Neat Owl')
    expect(heron.now().attempt?.device.name).toBe('Bold Fox')
    fox.nearby.asking.decline()
    await outcome(heron)
    heron.send('Neat Owl')
    await until(() => owl.asked())
  })

  it('says so when the device has gone', async () => {
    const [heron, fox] = [await seen(service, 'Quiet Heron'), await seen(service, 'Bold Fox')]
    const [device] = heron.now().devices
    fox.nearby.disappear()
    await until(() => heron.names().length === 0)
    if (device) heron.nearby.send(device)
    expect(await outcome(heron)).toBe('gone')
  })

  it.each([
    ['rate_limited', 'rate_limited'],
    ['unreachable', 'unreachable'],
  ] as const)('says so when the service answers %s', async (code, trouble) => {
    const heron = await seen(service, 'Quiet Heron')
    await seen(service, 'Bold Fox')
    service.refuses = new SignalingError(code, '')
    heron.send('Bold Fox')
    expect(await outcome(heron)).toBe(trouble)
  })

  it('notes that the words were compared', async () => {
    const { heron, fox } = await asking(service)
    await fox.nearby.asking.accept()
    heron.nearby.compared('another page’s nonce')
    expect(heron.now().guests[0]?.compared).toBe(false)
    heron.nearby.compared(PAGE_NONCE)
    expect(heron.now().guests[0]?.compared).toBe(true)
  })
})
