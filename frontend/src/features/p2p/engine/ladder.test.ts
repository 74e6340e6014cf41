// @vitest-environment node
/** The ways to a peer, in a browser and with a peer that do what the test says. */
import { describe, expect, it } from 'vitest'
import { type PeerSignal } from './signaling-messages'
import { ladderSetting } from './test-ladder'
import { DIRECT, pass, through } from './test-rtc'

describe('a ladder', () => {
  const { setUp, connection, socket, throughDirectly, onRelay, opened } = ladderSetting()

  it('offers a connection, and tells by which way it runs', async () => {
    const { ladder, said, channels, paths } = setUp()
    ladder.climb()
    await pass(0)
    expect(said).toMatchObject([{ event: 'offer', sdp: 'offer 1' }])
    await throughDirectly(0)
    expect(channels).toHaveLength(1)
    expect(paths).toEqual(['direct'])
    expect(ladder.connected).toBe(true)
  })

  it('tells when a connection that was mended runs by another way', async () => {
    const { ladder, paths } = setUp()
    ladder.climb()
    await pass(0)
    await throughDirectly(0)
    connection(0).become('disconnected')
    connection(0).stats = through('relay')
    connection(0).become('connected')
    await pass(0)
    expect(paths).toEqual(['direct', 'turn'])
  })

  it('tells of the way that is in use, of several that were found', async () => {
    const { ladder, paths } = setUp()
    ladder.climb()
    await pass(0)
    const other = { ...DIRECT.get('pair'), id: 'other', remoteCandidateId: 'far' }
    const far = { id: 'far', type: 'remote-candidate', candidateType: 'relay' }
    const inUse = { id: 'transport', type: 'transport', selectedCandidatePairId: 'other' }
    const stats = new Map([
      ...DIRECT,
      ['other', other],
      ['far', far],
      ['transport', inUse],
    ] as const)
    connection(0).stats = stats
    connection(0).connect()
    await pass(0)
    expect(paths).toEqual(['turn'])
  })

  it('waits for an offer where the other side connects, and answers it', async () => {
    const { ladder, said, channels } = setUp({ connects: false })
    ladder.receive({ event: 'offer', link: 'theirs', sdp: 'offer' })
    await pass(0)
    expect(said).toEqual([{ event: 'answer', link: 'theirs', sdp: 'answer 1' }])
    await throughDirectly(0)
    expect(channels).toHaveLength(1)
  })

  it('tells whoever offered a link that it is lost, and mends none that is', async () => {
    const { ladder, said, lost } = setUp({ connects: false })
    const offer: PeerSignal = { event: 'offer', link: 'theirs', sdp: 'offer' }
    ladder.receive(offer)
    await pass(0)
    await throughDirectly(0)
    connection(0).become('failed')
    await pass(15_000)
    expect(lost).toEqual([false])
    const gone = { event: 'answer', link: 'theirs', sdp: '' }
    expect(said.slice(1)).toEqual([gone])
    ladder.receive(offer)
    await pass(0)
    expect(said.slice(1)).toEqual([gone, gone])
    expect(opened.connections()).toHaveLength(1)
    ladder.receive({ ...offer, link: 'another' })
    await pass(0)
    expect(said.at(-1)).toMatchObject({ link: 'another', sdp: 'answer 1' })
  })

  it('gives a link up at once that the other side has lost', async () => {
    const { ladder, said, lost } = setUp()
    ladder.climb()
    await pass(0)
    await throughDirectly(0)
    ladder.receive({ event: 'answer', link: said[0]?.link ?? '', sdp: '' })
    await pass(0)
    expect(lost).toEqual([false])
  })

  it('offers what is offered to it nothing in return where it connects itself', async () => {
    const { ladder } = setUp()
    ladder.receive({ event: 'offer', link: 'theirs', sdp: 'offer' })
    await pass(0)
    expect(opened.connections()).toHaveLength(0)
  })

  it('takes what belongs to its link, and nothing of the link before', async () => {
    const { ladder, said } = setUp()
    ladder.climb()
    await pass(0)
    const [first] = said
    ladder.climb()
    await pass(0)
    const candidates = [{ candidate: 'candidate:1' }]
    for (const { link } of said) {
      ladder.receive({ event: 'answer', link, sdp: `for ${link}` })
      ladder.receive({ event: 'ice-candidate', link, candidates })
    }
    await pass(0)
    expect(said[1]?.link).not.toBe(first?.link)
    expect(connection(0)).toMatchObject({ closed: true, remoteDescription: null, candidates: [] })
    expect(connection(1).remoteDescription?.sdp).toBe(`for ${said[1]?.link}`)
    expect(connection(1).candidates).toEqual(candidates)
  })

  it('is lost when ICE fails and there is no relay, and says what had been tried', async () => {
    const { ladder, lost, openRelay } = setUp()
    openRelay.mockRejectedValue(new Error('no_relay'))
    ladder.climb()
    connection(0).stats = DIRECT
    expect(await ladder.attempt()).toMatchObject({ pairs: [{ outcome: 'in use' }] })
    connection(0).stats = new Map([...DIRECT].filter(([id]) => id !== 'pair'))
    await pass(15_000)
    expect(lost).toEqual([false])
    expect(connection(0).closed).toBe(true)
    expect(await ladder.attempt()).toMatchObject({ here: { host: 1 }, pairs: [] })
  })

  it('knows after a gentle end what it ran over', async () => {
    const { ladder } = setUp()
    ladder.climb()
    await throughDirectly(0)
    ladder.closeGently()
    await pass(0)
    connection(0).stats = new Map()
    expect(await ladder.attempt()).toMatchObject({ pairs: [{ outcome: 'in use' }] })
  })

  it('tells an end in order from a line that broke', async () => {
    const inOrder = setUp()
    inOrder.ladder.climb()
    await throughDirectly(0)
    connection(0).channels[0]?.close()
    expect(inOrder.lost).toEqual([true])

    const broken = setUp()
    broken.ladder.climb()
    await throughDirectly(1)
    connection(1).become('failed')
    await pass(15_000)
    expect(broken.lost).toEqual([false])
  })

  it('is lost at once when its offer cannot be sent, but not for a candidate', async () => {
    const { ladder, send, lost } = setUp()
    ladder.climb()
    await pass(0)
    send.mockRejectedValue(new Error('unknown_peer'))
    connection(0).gather([{ candidate: 'candidate:1' }])
    await pass(0)
    expect(lost).toEqual([])
    ladder.climb()
    await pass(0)
    expect(lost).toEqual([false])
  })

  it('says nothing any more once it is dropped', async () => {
    const { ladder, lost } = await onRelay()
    ladder.drop()
    connection(0).become('failed')
    socket(0).end()
    await pass(200_000)
    expect(lost).toEqual([])
    expect(connection(0).closed).toBe(true)
    expect(opened.connections()).toHaveLength(1)
    expect(ladder.connected).toBe(false)
  })
})
