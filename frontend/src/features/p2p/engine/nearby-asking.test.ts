import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { NearbyService } from './test-nearby'
import { asking, outcome, seen, until } from './test-nearby-pages'

let service: NearbyService

beforeEach(() => {
  service = new NearbyService()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('being asked', () => {
  it('happens by one at a time, and not while something is going on', async () => {
    let busy = false
    const [heron, owl] = [await seen(service, 'Quiet Heron'), await seen(service, 'Neat Owl')]
    const fox = await seen(service, 'Bold Fox', () => busy)
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
    const { heron, fox } = await asking(service)
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
    const [heron, fox] = [await seen(service, 'Quiet Heron'), await seen(service, 'Bold Fox')]
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
    const [heron, fox] = [await seen(service, 'Quiet Heron'), await seen(service, 'Bold Fox')]
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
    const [heron, fox] = [await seen(service, 'Quiet Heron'), await seen(service, 'Bold Fox')]
    service.between = () => body
    heron.send('Bold Fox')
    expect(await outcome(heron)).toBe('no_answer')
    expect(fox.asked()).toBeUndefined()
  })

  it('comes to nothing when the sender’s page is gone after the answer', async () => {
    const { heron, fox } = await asking(service)
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
      const other = await asking(service)
      await other.fox.nearby.asking.accept()
      const stolen = service.passed.find(({ body }) => what in body)?.body
      service = new NearbyService()
      const [heron, fox] = [await seen(service, 'Quiet Heron'), await seen(service, 'Bold Fox')]
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
    const [heron, fox] = [await seen(service, 'Quiet Heron'), await seen(service, 'Bold Fox')]
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
    const [heron, fox] = [await seen(service, 'Quiet Heron'), await seen(service, 'Bold Fox')]
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
