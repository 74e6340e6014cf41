// @vitest-environment node
/** The golden keys, codes and sealed messages that the native side reads, too (`crates/secrecy/tests/golden.rs`). */
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import { describe, expect, it } from 'vitest'
import exchange from '../../../../../crates/secrecy/fixtures/code-exchange.json'
import codes from '../../../../../crates/secrecy/fixtures/codes.json'
import lanes from '../../../../../crates/secrecy/fixtures/lanes.json'
import linkKeys from '../../../../../crates/secrecy/fixtures/link-keys.json'
import nearby from '../../../../../crates/secrecy/fixtures/nearby-exchange.json'
import signals from '../../../../../crates/secrecy/fixtures/signals.json'
import list from '../../../../../crates/secrecy/fixtures/words.json'
import { CodeGuest, CodeHost } from './code-exchange'
import { CODE_WORDS } from './code-word-list'
import { codeText, makeCode, parseCode } from './code-words'
import { LaneSealer } from './lane-sealer'
import { LinkKey } from './link-key'
import { NearbyReceiver, NearbySender } from './nearby-exchange'
import { SignalSealer } from './signal-sealer'
import { fixedRandom } from './test-random'

/** A key that a fixture says is one. */
function keyOf(text: string): LinkKey {
  const key = LinkKey.parse(text)
  if (!key) throw new Error('no key')
  return key
}

describe('link keys', () => {
  it.each(linkKeys.valid)('read and write $text', ({ bytes, text }) => {
    expect(bytesToHex(keyOf(text).bytes())).toBe(bytes)
    expect(LinkKey.make(fixedRandom(hexToBytes(bytes))).text()).toBe(text)
  })

  it.each(linkKeys.refused)('are not %j', (text) => {
    expect(LinkKey.parse(text)).toBeUndefined()
  })
})

describe('codes', () => {
  it('have these words', () => {
    expect(CODE_WORDS).toEqual(list.words)
  })

  it.each(codes.made)('are made of $random', ({ nameplate, random, text }) => {
    expect(codeText(makeCode(nameplate, fixedRandom(hexToBytes(random))))).toBe(text)
  })

  it.each(codes.valid)('are read from $text', ({ text, ...code }) => {
    expect(parseCode(text)).toEqual(code)
  })

  it.each(codes.refused)('are not read from $text: $mistake', ({ text, mistake }) => {
    expect(parseCode(text)).toBe(mistake)
  })
})

it('signals are sealed and opened alike', () => {
  const { room, first, second } = signals
  const key = keyOf(signals.key)
  const sealerOf = (name: string, random = '') => {
    const [self, other] = name === 'first' ? [first, second] : [second, first]
    return new SignalSealer({ key, room, self, other }, fixedRandom(hexToBytes(random)))
  }
  for (const name of ['first', 'second']) {
    const said = signals.signals.filter(({ from }) => from === name)
    const here = sealerOf(name, said.map(({ random }) => random).join(''))
    const there = sealerOf(name === 'first' ? 'second' : 'first')
    for (const { event, body, sealed } of said) {
      expect(here.seal(event, body)).toBe(sealed)
      expect(there.open(event, sealed)).toEqual(body)
    }
  }
})

it.each([
  ['the browser', crypto.subtle],
  ['plain JavaScript', undefined],
])('lanes are sealed and opened alike by %s', async (_, subtle) => {
  const { room } = lanes
  const key = keyOf(lanes.key)
  const [first, second] = [lanes.first, lanes.second].map((side) => ({
    ...side,
    half: hexToBytes(side.half),
  }))
  if (!first || !second) throw new Error('no sides')
  const make = (self: typeof first, other: typeof first) =>
    LaneSealer.make({ key, room, self, other }, { ours: self.half, theirs: other.half }, { subtle })
  const [one, two] = [await make(first, second), await make(second, first)]
  for (const { from, message, sealed } of lanes.messages) {
    const [here, there] = from === 'first' ? [one, two] : [two, one]
    expect(bytesToHex(await here.seal(hexToBytes(message)))).toBe(sealed)
    expect(bytesToHex(await there.open(hexToBytes(sealed)))).toBe(message)
  }
})

it('a code becomes a link by these messages', () => {
  const { room } = exchange
  const key = keyOf(exchange.key)
  const guest = new CodeGuest(exchange.code, fixedRandom(hexToBytes(exchange.guest_random)))
  const hostRandom = fixedRandom(hexToBytes(exchange.host_random))
  const host = new CodeHost(exchange.code, { room, key }, hostRandom)
  expect(guest.message).toBe(exchange.guest_message)
  expect(host.answer(exchange.guest_message)).toBe(exchange.host_message)
  expect(guest.confirm(exchange.host_message)).toBe(exchange.confirm)
  expect(host.seal(exchange.confirm)).toBe(exchange.sealed)
  const invitation = guest.open(exchange.sealed)
  expect([invitation.room, invitation.key.text()]).toEqual([room, exchange.key])
})

it('a device nearby is told of a room by these messages', () => {
  const { room, nonce } = nearby
  const key = keyOf(nearby.key)
  const pair = { sender: nearby.sender, receiver: nearby.receiver }
  const sender = new NearbySender(pair, fixedRandom(hexToBytes(nearby.sender_random)))
  expect(sender.commit).toBe(nearby.commit)
  const receiverRandom = fixedRandom(hexToBytes(nearby.receiver_random))
  const receiver = new NearbyReceiver(pair, nearby.commit, receiverRandom)
  expect(receiver.share).toBe(nearby.share)
  expect(sender.reveal(nearby.share)).toEqual({ reveal: nearby.reveal, words: nearby.words })
  expect(receiver.open(nearby.reveal)).toBe(nearby.words)
  expect(receiver.accept(nonce)).toBe(nearby.accept)
  expect(sender.invite(nearby.accept, { room, key })).toEqual({ nonce, invite: nearby.invite })
  const invitation = receiver.enter(nearby.invite)
  expect([invitation.room, invitation.key.text()]).toEqual([room, nearby.key])
})
