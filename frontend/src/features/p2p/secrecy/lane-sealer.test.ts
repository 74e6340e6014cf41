// @vitest-environment node
import { describe, expect, it, vi } from 'vitest'
import { LANE_HALF_BYTES, LaneSealer, makeLaneHalf, MAX_LANE_MESSAGE_BYTES } from './lane-sealer'
import { LinkKey } from './link-key'
import { browserRandom } from './randomness'
import type { SealedPair } from './signal-sealer'
import { countingRandom } from './test-random'

const ada = { id: 'ada-id', nonce: 'ada-nonce' }
const ben = { id: 'ben-id', nonce: 'ben-nonce' }
const pair: SealedPair = {
  key: LinkKey.make(countingRandom()),
  room: 'AAAAAAAAAAAAAAAAAAAAAA',
  self: ada,
  other: ben,
}
const [adas, bens] = [makeLaneHalf(countingRandom(1)), makeLaneHalf(countingRandom(2))]

/** With the browser's cipher and with the plain one. */
const ciphers: [string, SubtleCrypto | undefined][] = [
  ['the browser', crypto.subtle],
  ['plain JavaScript', undefined],
]

/** One side of the lane that all these tests have in common. */
function side(ofAda: boolean, subtle: SubtleCrypto | undefined, changed: Partial<SealedPair> = {}) {
  const [self, other] = ofAda ? [ada, ben] : [ben, ada]
  const [ours, theirs] = ofAda ? [adas, bens] : [bens, adas]
  return LaneSealer.make({ ...pair, self, other, ...changed }, { ours, theirs }, { subtle })
}

const bytes = (text: string) => new TextEncoder().encode(text)
const text = (read: Uint8Array) => new TextDecoder().decode(read)
const tampered = expect.objectContaining({ name: 'TransferError', code: 'tampered' }) as Error

describe.each(ciphers)('a lane sealed by %s', (_, subtle) => {
  it.each(ciphers)('opens by %s, in both directions and in order', async (_, theirs) => {
    const [here, there] = [await side(true, subtle), await side(false, theirs)]
    for (const message of ['first', 'second', '']) {
      expect(text(await there.open(await here.seal(bytes(message))))).toBe(message)
      expect(text(await here.open(await there.seal(bytes(message))))).toBe(message)
    }
  })

  it('gives results in the order of the calls, long messages and short ones', async () => {
    const [here, there] = [await side(true, subtle), await side(false, subtle)]
    const lengths = [MAX_LANE_MESSAGE_BYTES, 0, 200_000, 1, 100_000]
    const order: number[] = []
    const sealed = await Promise.all(
      lengths.map(async (length, at) => {
        const message = await here.seal(new Uint8Array(length))
        order.push(at)
        return message
      }),
    )
    const opened = await Promise.all(
      sealed.map(async (message, at) => {
        const plain = await there.open(message)
        order.push(at)
        return plain.length
      }),
    )
    expect(order).toEqual([0, 1, 2, 3, 4, 0, 1, 2, 3, 4])
    expect(opened).toEqual(lengths)
  })

  it('takes a message at once, so that its bytes may be reused', async () => {
    const [here, there] = [await side(true, subtle), await side(false, subtle)]
    const message = bytes('before')
    const sealing = here.seal(message)
    message.fill(0)
    const sealed = await sealing
    const opening = there.open(sealed)
    sealed.fill(0)
    expect(text(await opening)).toBe('before')
  })

  it('seals the same bytes differently each time, and adds 16', async () => {
    const here = await side(true, subtle)
    const [first, second] = [await here.seal(bytes('same')), await here.seal(bytes('same'))]
    expect(first).not.toEqual(second)
    expect(first).toHaveLength(20)
  })

  it.each<[string, (sealed: Uint8Array<ArrayBuffer>[]) => (Uint8Array<ArrayBuffer> | undefined)[]]>(
    [
      ['left out', ([, second]) => [second]],
      ['repeated', ([first]) => [first, first]],
      ['exchanged', ([first, second]) => [second, first]],
      ['cut', ([first]) => [first?.slice(0, -1)]],
      ['cut to nothing', () => [new Uint8Array()]],
      ['changed', ([first]) => [first?.map((byte, at) => (at === 0 ? byte ^ 1 : byte))]],
      [
        'changed in its tag',
        ([first]) => [first?.map((byte, at) => (at === 20 ? byte ^ 1 : byte))],
      ],
    ],
  )('notices that a message was %s, and opens nothing after it', async (_, meddle) => {
    const [here, there] = [await side(true, subtle), await side(false, subtle)]
    const sealed = [await here.seal(bytes('first')), await here.seal(bytes('second'))]
    const heard = meddle(sealed)
    for (const message of heard.slice(0, -1))
      await there.open(message ?? new Uint8Array()).catch(() => 0)
    await expect(there.open(heard.at(-1) ?? new Uint8Array())).rejects.toThrow(tampered)
    for (const message of sealed) await expect(there.open(message)).rejects.toThrow(tampered)
  })

  it('does not go on behind a message that was replaced', async () => {
    const [here, there] = [await side(true, subtle), await side(false, subtle)]
    const replaced = new Uint8Array((await here.seal(bytes('first'))).length)
    const second = await here.seal(bytes('second'))
    await expect(there.open(replaced)).rejects.toThrow(tampered)
    await expect(there.open(second)).rejects.toThrow(tampered)
  })

  it('does not open where it was sealed', async () => {
    const here = await side(true, subtle)
    await expect(here.open(await here.seal(bytes('mine')))).rejects.toThrow(tampered)
  })

  it.each<[string, Partial<SealedPair>]>([
    ['another room', { room: 'BAAAAAAAAAAAAAAAAAAAAA' }],
    ['another key', { key: LinkKey.make(countingRandom(1)) }],
    ['another member', { other: { ...ada, id: 'cem-id' } }],
    ['another load of their page', { other: { ...ada, nonce: 'earlier' } }],
    ['another load of our page', { self: { ...ben, nonce: 'earlier' } }],
    ['another id of ours', { self: { ...ben, id: 'cem-id' } }],
  ])('does not open with %s', async (_, changed) => {
    const [here, there] = [await side(true, subtle), await side(false, subtle, changed)]
    await expect(there.open(await here.seal(bytes('x')))).rejects.toThrow(tampered)
  })

  it('does not open in another lane, whichever half of its name is another', async () => {
    const sealed = await (await side(true, subtle)).seal(bytes('x'))
    const fresh = makeLaneHalf(browserRandom)
    for (const name of [
      { ours: bens, theirs: fresh },
      { ours: fresh, theirs: adas },
    ]) {
      const there = await LaneSealer.make({ ...pair, self: ben, other: ada }, name, { subtle })
      await expect(there.open(sealed)).rejects.toThrow(tampered)
    }
  })

  it('refuses what is too long before it is read', async () => {
    const [here, there] = [await side(true, subtle), await side(false, subtle)]
    await expect(here.seal(new Uint8Array(MAX_LANE_MESSAGE_BYTES + 1))).rejects.toThrow(RangeError)
    await expect(there.open(new Uint8Array(MAX_LANE_MESSAGE_BYTES + 17))).rejects.toThrow(tampered)
  })

  it('carries so many bytes and no more, tags included, at both ends', async () => {
    const [self, other] = [ada, ben]
    const limit = { subtle, maxBytes: 2 * 20 }
    const here = await LaneSealer.make(
      { ...pair, self, other },
      { ours: adas, theirs: bens },
      limit,
    )
    const there = await side(false, subtle)
    const limited = await LaneSealer.make(
      { ...pair, self: ben, other: ada },
      { ours: bens, theirs: adas },
      limit,
    )
    for (const message of ['four', 'more']) {
      const sealed = await here.seal(bytes(message))
      expect(text(await there.open(sealed))).toBe(message)
      expect(text(await limited.open(sealed))).toBe(message)
    }
    await expect(here.seal(new Uint8Array())).rejects.toThrow('used up')
    const unlimited = await side(true, subtle)
    await unlimited.seal(bytes('four'))
    await unlimited.seal(bytes('more'))
    await expect(limited.open(await unlimited.seal(bytes('then')))).rejects.toThrow(tampered)
  })
})

it('gives results in the order of the calls, also when the browser does not', async () => {
  const held: (() => void)[] = []
  const slow = {
    importKey: crypto.subtle.importKey.bind(crypto.subtle),
    encrypt: () => new Promise((resolve) => held.push(() => resolve(new ArrayBuffer()))),
  } as unknown as SubtleCrypto
  const here = await side(true, slow)
  const order: string[] = []
  const first = here.seal(bytes('first')).then(() => order.push('first'))
  const second = here.seal(bytes('second')).then(() => order.push('second'))
  const third = here.seal(bytes('third')).then(() => order.push('third'))
  for (const at of [2, 1, 0]) {
    expect(order).toEqual([])
    held[at]?.()
    // Whatever can go on now has gone on once a task has come and gone.
    await new Promise((resolve) => setTimeout(resolve))
  }
  await Promise.all([first, second, third])
  expect(order).toEqual(['first', 'second', 'third'])
})

it('is sealed by the browser where nothing else is said', async () => {
  const encrypt = vi.spyOn(crypto.subtle, 'encrypt')
  const here = await LaneSealer.make(pair, { ours: adas, theirs: bens })
  await here.seal(bytes('x'))
  expect(encrypt).toHaveBeenCalledOnce()
  encrypt.mockRestore()
})

describe('a lane is not made', () => {
  it('with a member that has our own nonce', async () => {
    const other = { id: 'ben-id', nonce: ada.nonce }
    const made = LaneSealer.make({ ...pair, other }, { ours: adas, theirs: bens })
    await expect(made).rejects.toThrow(tampered)
  })

  it.each([0, LANE_HALF_BYTES - 1, LANE_HALF_BYTES + 1])(
    'with %i bytes of name',
    async (length) => {
      const half = new Uint8Array(length)
      await expect(LaneSealer.make(pair, { ours: adas, theirs: half })).rejects.toThrow(tampered)
      await expect(LaneSealer.make(pair, { ours: half, theirs: adas })).rejects.toThrow(tampered)
    },
  )
})
