import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Invitation } from '../secrecy/invitation'
import { LinkKey } from '../secrecy/link-key'
import { browserRandom } from '../secrecy/randomness'
import { Nearby } from './nearby'
import { PAGE_NONCE } from './page-nonce'
import { SignalingError } from './signaling-client'
import { NearbyService } from './test-nearby'

let service: NearbyService

beforeEach(() => {
  service = new NearbyService()
})
afterEach(() => {
  vi.useRealTimers()
})

/** Exchanges take a while where the machine is busy. */
const until = (condition: () => unknown) => vi.waitUntil(condition, { timeout: 4000, interval: 5 })

/** A page of this name, in a room of its own. */
function page(name: string, busy = () => false) {
  const line = service.line()
  const nearby = new Nearby(line, browserRandom, busy)
  const invitation: Invitation = {
    room: name.replaceAll(' ', '').padEnd(22, 'A'),
    key: LinkKey.make(browserRandom),
  }
  nearby.entered(invitation)
  return {
    line,
    nearby,
    invitation,
    now: () => nearby.now.getSnapshot(),
    asked: () => nearby.asking.now.getSnapshot().asked,
    names: () => nearby.now.getSnapshot().devices.map((device) => device.name),
    /** Sends to the device of this name. */
    send(to: string) {
      const device = nearby.now.getSnapshot().devices.find((other) => other.name === to)
      if (!device) throw new Error(`${to} is not there`)
      nearby.send(device)
    },
  }
}

type Page = ReturnType<typeof page>

/** A page that can be seen. */
async function seen(name: string, busy?: () => boolean): Promise<Page> {
  const made = page(name, busy)
  made.nearby.appear({ name })
  await until(() => made.now().state === 'on')
  return made
}

/** Two that see each other; the first sends, and the second's person is asked. */
async function asking(): Promise<{ heron: Page; fox: Page }> {
  const [heron, fox] = [await seen('Quiet Heron'), await seen('Bold Fox')]
  heron.send('Bold Fox')
  await until(() => fox.asked() && heron.now().attempt?.words)
  return { heron, fox }
}

/** What became of an attempt, once it is over. */
async function outcome(of: Page) {
  await until(() => of.now().outcome)
  return of.now().outcome?.trouble ?? 'accepted'
}

describe('being seen', () => {
  it('shows those who wish it to each other, and nobody else', async () => {
    const heron = await seen('Quiet Heron')
    const silent = page('Neat Owl')
    const fox = await seen('Bold Fox')
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
    const [heron, fox] = [await seen('Quiet Heron'), await seen('Bold Fox')]
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
    const heron = page('Quiet Heron')
    heron.nearby.appear({ name: 'Quiet Heron' })
    await until(() => heron.now().state === 'refused')
    expect(heron.now().refusal).toBe('no_nearby')
  })

  it('is over at once for whoever changes their mind before it began', async () => {
    const heron = page('Quiet Heron')
    heron.nearby.appear({ name: 'Quiet Heron' })
    heron.nearby.disappear()
    const fox = await seen('Bold Fox')
    expect(heron.now().state).toBe('off')
    expect(fox.names()).toEqual([])
  })

  it('does not show somebody who went before the list of those who are there was read', async () => {
    const fox = await seen('Bold Fox')
    const late = page('Quiet Heron')
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
    const { heron, fox } = await asking()
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
    const { heron, fox } = await asking()
    const guests: number[] = []
    service.between = ({ body }) => {
      if ('invite' in body) guests.push(heron.now().guests.length)
      return body
    }
    await fox.nearby.asking.accept()
    expect(guests).toEqual([1])
  })

  it('tells nothing but shares before the person has accepted', async () => {
    const { fox } = await asking()
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
    const { heron, fox } = await asking()
    fox.nearby.asking.decline()
    expect(await outcome(heron)).toBe('declined')
    expect(fox.asked()).toBeUndefined()
    expect(heron.now()).toMatchObject({ attempt: undefined, guests: [] })
    await expect(fox.nearby.asking.accept()).rejects.toThrow()
  })

  it('ends when the sender gives up', async () => {
    const { heron, fox } = await asking()
    heron.nearby.stop()
    await until(() => fox.asked() === undefined)
    expect(heron.now()).toMatchObject({ attempt: undefined, outcome: undefined })
    heron.send('Bold Fox')
    await until(() => fox.asked())
  })

  it('shows no words that came as the sender gave up', async () => {
    const [heron, fox] = [await seen('Quiet Heron'), await seen('Bold Fox')]
    service.between = ({ body }) => {
      if ('reveal' in body) heron.nearby.stop()
      return body
    }
    heron.send('Bold Fox')
    await until(() => service.passed.length === 3 && !fox.asked())
    expect(heron.now().attempt).toBeUndefined()
  })

  it('hands nothing over to an acceptance that crossed the sender’s giving up', async () => {
    const { heron, fox } = await asking()
    service.between = ({ body }) => {
      if ('accept' in body) heron.nearby.stop()
      return body
    }
    await expect(fox.nearby.asking.accept()).rejects.toThrow()
    expect(heron.now().guests).toEqual([])
    expect(service.passed.some(({ body }) => 'invite' in body)).toBe(false)
  })

  it('ends with either line', async () => {
    const first = await asking()
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
    const { heron, fox } = await asking()
    const owl = await seen('Neat Owl')
    heron.send('Neat Owl')
    expect(heron.now().attempt?.device.name).toBe('Bold Fox')
    fox.nearby.asking.decline()
    await outcome(heron)
    heron.send('Neat Owl')
    await until(() => owl.asked())
  })

  it('says so when the device has gone', async () => {
    const [heron, fox] = [await seen('Quiet Heron'), await seen('Bold Fox')]
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
    const heron = await seen('Quiet Heron')
    await seen('Bold Fox')
    service.refuses = new SignalingError(code, '')
    heron.send('Bold Fox')
    expect(await outcome(heron)).toBe(trouble)
  })

  it('notes that the words were compared', async () => {
    const { heron, fox } = await asking()
    await fox.nearby.asking.accept()
    heron.nearby.compared('another page’s nonce')
    expect(heron.now().guests[0]?.compared).toBe(false)
    heron.nearby.compared(PAGE_NONCE)
    expect(heron.now().guests[0]?.compared).toBe(true)
  })
})

describe('being asked', () => {
  it('happens by one at a time, and not while something is going on', async () => {
    let busy = false
    const [heron, owl] = [await seen('Quiet Heron'), await seen('Neat Owl')]
    const fox = await seen('Bold Fox', () => busy)
    heron.send('Bold Fox')
    await until(() => fox.asked())
    owl.send('Bold Fox')
    expect(await outcome(owl)).toBe('no_answer')
    expect(fox.asked()?.from.name).toBe('Quiet Heron')

    fox.nearby.asking.decline()
    await outcome(heron)
    busy = true
    heron.send('Bold Fox')
    expect(await outcome(heron)).toBe('no_answer')
  })

  it('happens no more by a device that was declined twice', async () => {
    const { heron, fox } = await asking()
    fox.nearby.asking.decline()
    expect(await outcome(heron)).toBe('declined')
    heron.send('Bold Fox')
    await until(() => fox.asked())
    fox.nearby.asking.decline()
    await until(() => heron.now().outcome)
    heron.send('Bold Fox')
    expect(await outcome(heron)).toBe('no_answer')
    expect(fox.asked()).toBeUndefined()
  })

  it('is not to be searched for words: few attempts may go unanswered in a while', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    const [heron, fox] = [await seen('Quiet Heron'), await seen('Bold Fox')]
    const attempt = async () => {
      heron.send('Bold Fox')
      await until(() => fox.asked() ?? heron.now().outcome)
      return fox.asked()?.words
    }
    for (let before = 0; before < 5; before += 1) {
      expect(await attempt()).toBeDefined()
      heron.nearby.stop()
      await until(() => fox.asked() === undefined)
    }
    expect(await attempt()).toBeUndefined()
    expect(await outcome(heron)).toBe('no_answer')

    vi.advanceTimersByTime(10 * 60_000)
    expect(await attempt()).toBeDefined()
    // What a person has answered is not counted.
    fox.nearby.asking.decline()
    for (let answered = 1; answered < 6; answered += 1) {
      await outcome(heron)
      heron.nearby.appear({ name: 'Quiet Heron' })
      await until(() => heron.now().state === 'on')
      expect(await attempt()).toBeDefined()
      fox.nearby.asking.decline()
    }
  })

  it('counts what broke off before there were words, too', async () => {
    const [heron, fox] = [await seen('Quiet Heron'), await seen('Bold Fox')]
    service.between = ({ body }) => ('reveal' in body ? { reveal: 'A'.repeat(43) } : body)
    for (let before = 0; before < 5; before += 1) {
      heron.send('Bold Fox')
      await outcome(heron)
    }
    service.between = ({ body }) => body
    const said = service.passed.length
    heron.send('Bold Fox')
    expect(await outcome(heron)).toBe('no_answer')
    expect(service.passed.slice(said).map(({ body }) => Object.keys(body))).toEqual([['commit']])
    expect(fox.asked()).toBeUndefined()
  })

  it.each([
    ['no commitment', {}],
    ['a number for one', { commit: 7 }],
    ['one of another length', { commit: 'AAAA' }],
  ])('does not begin with %s', async (_, body) => {
    const [heron, fox] = [await seen('Quiet Heron'), await seen('Bold Fox')]
    service.between = () => body
    heron.send('Bold Fox')
    expect(await outcome(heron)).toBe('no_answer')
    expect(fox.asked()).toBeUndefined()
  })

  it('comes to nothing when the sender’s page is gone after the answer', async () => {
    const { heron, fox } = await asking()
    service.between = ({ body }) => ('accept' in body ? undefined : body)
    const accepting = expect(fox.nearby.asking.accept()).rejects.toThrow()
    heron.line.lose()
    await accepting
    expect(fox.asked()).toBeUndefined()
  })
})

describe('a server that changes what is said', () => {
  it.each(['commit', 'share', 'reveal', 'accept', 'invite'])(
    'gets nothing by a %s of another exchange',
    async (what) => {
      const other = await asking()
      await other.fox.nearby.asking.accept()
      const stolen = service.passed.find(({ body }) => what in body)?.body
      service = new NearbyService()
      const [heron, fox] = [await seen('Quiet Heron'), await seen('Bold Fox')]
      service.between = ({ body }) => (what in body ? stolen : body)
      heron.send('Bold Fox')
      await until(() => fox.asked() ?? heron.now().outcome)
      // Where the words came this far they are not the same, or what is sealed under them does not open.
      const [here, there] = [heron.now().attempt?.words, fox.asked()?.words]
      const same = here !== undefined && here === there
      const got = fox.asked() && (await fox.nearby.asking.accept().catch(() => undefined))
      expect(got).toBeUndefined()
      expect(same).toBe(['accept', 'invite'].includes(what))
      if (what !== 'invite') expect(heron.now().guests).toEqual([])
    },
  )

  it('cannot show one device as another', async () => {
    const [heron, fox] = [await seen('Quiet Heron'), await seen('Bold Fox')]
    const { hearNearby } = fox.line
    hearNearby({
      appeared: () => undefined,
      gone: () => undefined,
      said: (knock, body) => fox.nearby.asking.said(knock, body),
      ended: (knock) => fox.nearby.asking.ended(knock),
      lost: () => undefined,
      knocked: (knock, from, body) => {
        const { self } = fox.now()
        const shown = { ...from, name: 'Neat Owl' }
        if (self) void fox.nearby.asking.knocked(knock, self, shown, body)
      },
    })
    heron.send('Bold Fox')
    await until(() => fox.asked())
    const got = await fox.nearby.asking.accept().catch(() => undefined)
    expect(got, 'the keys differ as the words do').toBeUndefined()
    expect(await outcome(heron)).toBe('tampered')
  })
})

describe('somebody who does not answer', () => {
  it('is given up: its page after ten seconds, its person after two minutes', async () => {
    const [heron, fox] = [await seen('Quiet Heron'), await seen('Bold Fox')]
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    service.between = ({ body }) => ('share' in body ? undefined : body)
    heron.send('Bold Fox')
    await vi.advanceTimersByTimeAsync(9_999)
    expect(heron.now().outcome).toBeUndefined()
    await vi.advanceTimersByTimeAsync(1)
    expect(heron.now().outcome?.trouble).toBe('no_answer')

    service.between = ({ body }) => body
    heron.send('Bold Fox')
    await vi.advanceTimersByTimeAsync(0)
    expect(fox.asked()).toBeDefined()
    heron.line.endKnock = () => Promise.resolve()
    await vi.advanceTimersByTimeAsync(120_000)
    expect(heron.now().outcome?.trouble).toBe('no_answer')
    expect(fox.asked()).toBeUndefined()
  })
})
