// @vitest-environment node
import { bytesToNumberLE } from '@noble/curves/utils.js'
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import { describe, expect, it } from 'vitest'
import golden from '../../../../../crates/secrecy/fixtures/cpace.json'
import {
  calculateGenerator,
  CpaceParty,
  generatorString,
  lvCat,
  multiplyVerified,
  transcript,
  type CpaceInputs,
} from './cpace'
import { browserRandom } from './randomness'
import { fixedRandom } from './test-random'

const { exchange, verified_multiplication } = golden
const inputs: CpaceInputs = {
  password: hexToBytes(exchange.password),
  channel: hexToBytes(exchange.channel),
  session: hexToBytes(exchange.session),
}
const initiator = {
  share: hexToBytes(exchange.initiator_share),
  associated: hexToBytes(exchange.initiator_associated),
}
const responder = {
  share: hexToBytes(exchange.responder_share),
  associated: hexToBytes(exchange.responder_associated),
}

/** A party of the draft's own exchange. */
const party = (scalar: string) => new CpaceParty(inputs, fixedRandom(hexToBytes(scalar)))

describe("the draft's test vectors", () => {
  it.each(golden.lv_cat)('of lv_cat: $encoded', ({ strings, encoded }) => {
    expect(bytesToHex(lvCat(...strings.map(hexToBytes)))).toBe(encoded)
  })

  it.each(golden.lv_cat_of_counting)('of lv_cat, $length bytes', ({ length, prefix }) => {
    const counting = Uint8Array.from({ length }, (_, at) => at)
    expect(bytesToHex(lvCat(counting))).toBe(prefix + bytesToHex(counting))
  })

  it.each(golden.transcripts)('of transcripts: $transcript', (vector) => {
    const from = (share: string, associated: string) => ({
      share: hexToBytes(share),
      associated: hexToBytes(associated),
    })
    const written = transcript(
      from(vector.initiator, vector.initiator_associated),
      from(vector.responder, vector.responder_associated),
    )
    expect(bytesToHex(written)).toBe(vector.transcript)
  })

  it('of the generator', () => {
    expect(bytesToHex(generatorString(inputs))).toBe(exchange.generator_string)
    expect(bytesToHex(calculateGenerator(inputs).toBytes())).toBe(exchange.generator)
  })

  it('of the shares', () => {
    expect(bytesToHex(party(exchange.initiator_scalar).share)).toBe(exchange.initiator_share)
    expect(bytesToHex(party(exchange.responder_scalar).share)).toBe(exchange.responder_share)
  })

  it('of the shared point', () => {
    for (const [scalar, share] of [
      [exchange.initiator_scalar, exchange.responder_share],
      [exchange.responder_scalar, exchange.initiator_share],
    ] as const) {
      const point = multiplyVerified(bytesToNumberLE(hexToBytes(scalar)), hexToBytes(share))
      expect(point && bytesToHex(point)).toBe(exchange.shared_point)
    }
  })

  it('of the session key, at both parties', () => {
    expect(bytesToHex(transcript(initiator, responder))).toBe(exchange.transcript)
    for (const [scalar, theirs] of [
      [exchange.initiator_scalar, responder.share],
      [exchange.responder_scalar, initiator.share],
    ] as const) {
      const key = party(scalar).sessionKey(initiator, responder, theirs)
      expect(key && bytesToHex(key)).toBe(exchange.session_key)
    }
  })

  it('of multiplication with what somebody sent', () => {
    const scalar = bytesToNumberLE(hexToBytes(verified_multiplication.scalar))
    const product = multiplyVerified(scalar, hexToBytes(verified_multiplication.element))
    expect(product && bytesToHex(product)).toBe(verified_multiplication.product)
  })

  it.each(verified_multiplication.refused)('of what must be refused: %s', (element) => {
    const scalar = bytesToNumberLE(hexToBytes(verified_multiplication.scalar))
    expect(multiplyVerified(scalar, hexToBytes(element))).toBeUndefined()
    expect(
      party(exchange.initiator_scalar).sessionKey(initiator, responder, hexToBytes(element)),
    ).toBeUndefined()
  })
})

describe('a share', () => {
  it.each([
    ['not reduced', 'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f'],
    ['with the top bit set', `${exchange.responder_share.slice(0, 62)}d8`],
    ['negative', '01'.padEnd(64, '0')],
    ['too short', exchange.responder_share.slice(2)],
    ['too long', `${exchange.responder_share}00`],
    ['our own', exchange.initiator_share],
  ])('is refused: %s', (_, share) => {
    expect(
      party(exchange.initiator_scalar).sessionKey(initiator, responder, hexToBytes(share)),
    ).toBeUndefined()
  })

  it('is another one each time, though the password is the same', () => {
    const [one, other] = [
      new CpaceParty(inputs, browserRandom),
      new CpaceParty(inputs, browserRandom),
    ]
    expect(bytesToHex(one.share)).not.toBe(bytesToHex(other.share))
  })

  it('takes no more than 252 bits of the randomness, as the group has no more', () => {
    const full = new CpaceParty(inputs, fixedRandom(new Uint8Array(32).fill(0xff)))
    const cut = Uint8Array.from({ length: 32 }, (_, at) => (at === 31 ? 0x0f : 0xff))
    expect(full.share).toEqual(new CpaceParty(inputs, fixedRandom(cut)).share)
  })
})

it('pads no password that fills a block by itself', () => {
  const password = new Uint8Array(200)
  expect(generatorString({ ...inputs, password })).toHaveLength(18 + 202 + 1 + 25 + 17)
})
