// @vitest-environment node
import { describe, expect, it } from 'vitest'
import { travels } from '../engine/failure'
import { fromBase64url, toBase64url } from './base64url'
import { deriveKey } from './key-schedule'
import { LinkKey } from './link-key'
import { browserRandom } from './randomness'
import { MAX_PLAINTEXT_BYTES, MAX_SEALED_CHARACTERS, sealBox } from './sealed-box'
import { SignalSealer, type SealedMember, type SealedPair } from './signal-sealer'
import { countingRandom } from './test-random'

const key = LinkKey.make(countingRandom())
const room = 'AAAAAAAAAAAAAAAAAAAAAA'
const ada: SealedMember = { id: 'ada-id', nonce: 'ada-nonce' }
const ben: SealedMember = { id: 'ben-id', nonce: 'ben-nonce' }
const cem: SealedMember = { id: 'cem-id', nonce: 'cem-nonce' }

/** The sealer of `self` for `other`, with whatever else is different. */
function sealer(self: SealedMember, other: SealedMember, changed: Partial<SealedPair> = {}) {
  return new SignalSealer({ key, room, self, other, ...changed }, browserRandom)
}

const tampered = expect.objectContaining({ name: 'TransferError', code: 'tampered' }) as Error

describe('a sealed signal', () => {
  it('opens at the other page, in both directions', () => {
    const [here, there] = [sealer(ada, ben), sealer(ben, ada)]
    expect(there.open('offer', here.seal('offer', { sdp: 'v=0 ü' }))).toEqual({ sdp: 'v=0 ü' })
    expect(here.open('answer', there.seal('answer', [1, null]))).toEqual([1, null])
    expect(there.open('offer', here.seal('offer', {}))).toEqual({})
  })

  it('shows nothing of its body and looks different each time', () => {
    const here = sealer(ada, ben)
    const first = here.seal('offer', { sdp: 'same' })
    expect(here.seal('offer', { sdp: 'same' }).slice(0, 32)).not.toBe(first.slice(0, 32))
    expect(new TextDecoder('latin1').decode(fromBase64url(first))).not.toContain('same')
  })

  it('may go missing, and the next one opens all the same', () => {
    const [here, there] = [sealer(ada, ben), sealer(ben, ada)]
    here.seal('offer', 'lost')
    expect(there.open('offer', here.seal('offer', 'came'))).toBe('came')
  })

  it('does not open twice', () => {
    const [here, there] = [sealer(ada, ben), sealer(ben, ada)]
    const sealed = here.seal('offer', 1)
    there.open('offer', sealed)
    expect(() => there.open('offer', sealed)).toThrow(tampered)
  })

  it('does not open after one that was sealed later', () => {
    const [here, there] = [sealer(ada, ben), sealer(ben, ada)]
    const [first, second] = [here.seal('offer', 1), here.seal('offer', 2)]
    expect(there.open('offer', second)).toBe(2)
    expect(() => there.open('offer', first)).toThrow(tampered)
  })

  it('does not open as another event', () => {
    const sealed = sealer(ada, ben).seal('offer', 1)
    expect(() => sealer(ben, ada).open('answer', sealed)).toThrow(tampered)
  })

  it('does not open where it was sealed', () => {
    const here = sealer(ada, ben)
    expect(() => here.open('offer', here.seal('offer', 1))).toThrow(tampered)
  })

  it.each<[string, SignalSealer]>([
    ['for another member', sealer(cem, ada)],
    ['from another member', sealer(ben, cem)],
    ['in another room', sealer(ben, ada, { room: 'BAAAAAAAAAAAAAAAAAAAAA' })],
    ['with another key', sealer(ben, ada, { key: LinkKey.make(countingRandom(1)) })],
    ['for an earlier load of the page', sealer({ ...ben, nonce: 'earlier' }, ada)],
    ['from an earlier load of the page', sealer(ben, { ...ada, nonce: 'earlier' })],
    ['for another member with the same nonce', sealer({ ...ben, id: 'cem-id' }, ada)],
    ['where a name was cut elsewhere', sealer({ id: 'ben-i', nonce: 'dben-nonce' }, ada)],
  ])('does not open %s', (_, there) => {
    expect(() => there.open('offer', sealer(ada, ben).seal('offer', 1))).toThrow(tampered)
  })

  it('does not open with any one bit changed, and opens as it was', () => {
    const there = sealer(ben, ada)
    const sealed = sealer(ada, ben).seal('offer', 1)
    const bytes = fromBase64url(sealed) ?? new Uint8Array()
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = bytes.slice()
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(() => there.open('offer', toBase64url(changed))).toThrow(tampered)
    }
    expect(there.open('offer', sealed)).toBe(1)
  })

  it.each([
    ['nothing', ''],
    ['no base64url', '*'.repeat(100)],
    ['too little', 'A'.repeat(58)],
    ['too much', 'A'.repeat(MAX_SEALED_CHARACTERS + 4)],
  ])('is not %s', (_, sealed) => {
    expect(() => sealer(ben, ada).open('offer', sealed)).toThrow(tampered)
  })

  it('is refused before it is read when it is too long', () => {
    const pair = [room, 'ada-id', 'ada-nonce', 'ben-id', 'ben-nonce']
    const forBen = deriveKey(key.bytes(), 'sharesync/1 signal', pair)
    const context = new TextEncoder().encode('offer')
    const short = sealBox(forBen, new Uint8Array([0, 0, 0, 0, 0x31]), context, browserRandom)
    expect(sealer(ben, ada).open('offer', short)).toBe(1)
    expect(() => sealer(ada, ben).seal('offer', 'x'.repeat(MAX_PLAINTEXT_BYTES - 5))).toThrow(
      RangeError,
    )
    const longest = sealer(ada, ben).seal('offer', 'x'.repeat(MAX_PLAINTEXT_BYTES - 6))
    expect(longest.length).toBeLessThanOrEqual(MAX_SEALED_CHARACTERS)
    expect(sealer(ben, ada).open('offer', longest)).toHaveLength(MAX_PLAINTEXT_BYTES - 6)
  })

  it.each([
    ['no JSON', [0, 0, 0, 0, 0x7b]],
    ['no UTF-8', [0, 0, 0, 0, 0x22, 0xff, 0x22]],
  ])('is malformed, not tampered with, when the other page sealed %s', (_, plaintext) => {
    const pair = [room, 'ada-id', 'ada-nonce', 'ben-id', 'ben-nonce']
    const forBen = deriveKey(key.bytes(), 'sharesync/1 signal', pair)
    const context = new TextEncoder().encode('offer')
    const sealed = sealBox(forBen, new Uint8Array(plaintext), context, browserRandom)
    expect(() => sealer(ben, ada).open('offer', sealed)).toThrow(
      expect.objectContaining({ code: 'malformed' }) as Error,
    )
  })

  it('is refused when there is not even a number in it', () => {
    const pair = [room, 'ada-id', 'ada-nonce', 'ben-id', 'ben-nonce']
    const forBen = deriveKey(key.bytes(), 'sharesync/1 signal', pair)
    const context = new TextEncoder().encode('offer')
    const sealed = sealBox(forBen, new Uint8Array(3), context, browserRandom)
    expect(() => sealer(ben, ada).open('offer', sealed)).toThrow(tampered)
  })
})

it('keeps to itself that something was tampered with, for whoever did it would hear', () => {
  expect(travels('tampered')).toBe(false)
  expect(travels('malformed')).toBe(true)
})

it('is not made for a member that has our own nonce', () => {
  expect(() => sealer(ada, { id: 'ben-id', nonce: 'ada-nonce' })).toThrow(tampered)
})
