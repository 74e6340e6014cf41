// @vitest-environment node
import { describe, expect, it } from 'vitest'
import { fromBase64url, toBase64url } from './base64url'
import { CodeGuest, CodeHost } from './code-exchange'
import type { Code } from './code-words'
import { CpaceParty, lvCat, SHARE_BYTES } from './cpace'
import type { Invitation } from './invitation'
import { deriveKey } from './key-schedule'
import { LinkKey } from './link-key'
import { browserRandom } from './randomness'
import { sealBox } from './sealed-box'
import { countingRandom } from './test-random'

const code: Code = { nameplate: '4821', words: 'orbit-canyon' }
const invitation: Invitation = {
  room: 'AAAAAAAAAAAAAAAAAAAAAA',
  key: LinkKey.make(countingRandom()),
}

const failing = (failure: string) =>
  expect.objectContaining({ name: 'CodeError', code: failure }) as Error
const tampered = failing('tampered')
const wrongCode = failing('wrong_code')

const newHost = (its = code) => new CodeHost(its, invitation, browserRandom)
const newGuest = (its = code) => new CodeGuest(its, browserRandom)

/** The first two messages of an exchange; returns the third. */
function confirmed(guest: CodeGuest, host: CodeHost): string {
  return guest.confirm(host.answer(guest.message))
}

/** The text with its last byte's bits changed, still base64url. */
const changed = (text: string) => text.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'))

describe('an exchange', () => {
  it('hands room and key to a guest that knows the words', () => {
    const [guest, host] = [newGuest(), newHost()]
    const got = guest.open(host.seal(confirmed(guest, host)))
    expect({ room: got.room, key: got.key.text() }).toEqual({
      room: invitation.room,
      key: invitation.key.text(),
    })
  })

  it.each<[string, Code]>([
    ['other words', { nameplate: '4821', words: 'orbit-coral' }],
    ['the words the other way round', { nameplate: '4821', words: 'canyon-orbit' }],
    ['another nameplate', { nameplate: '4822', words: 'orbit-canyon' }],
    ['no words', { nameplate: '4821', words: '' }],
  ])('tells a guest with %s nothing', (_, guess) => {
    const [guest, host] = [newGuest(guess), newHost()]
    expect(() => host.seal(confirmed(guest, host))).toThrow(wrongCode)
  })

  it('answers a knock with a share and nothing beside it that a guess could be tried on', () => {
    const answer = fromBase64url(newHost().answer(newGuest().message))
    expect(answer).toHaveLength(SHARE_BYTES)
  })

  it('takes one guess a code', () => {
    const host = newHost()
    const wrong = newGuest({ ...code, words: 'orbit-coral' })
    const confirm = confirmed(wrong, host)
    expect(() => host.seal(confirm)).toThrow(wrongCode)
    expect(() => host.seal(confirm)).toThrow(tampered)
    expect(() => host.answer(newGuest().message)).toThrow(tampered)
  })

  it('is over for a guest that knew the words once somebody knocked in between', () => {
    const [guest, host] = [newGuest(), newHost()]
    const confirm = confirmed(guest, host)
    expect(() => host.answer(newGuest().message)).toThrow(tampered)
    expect(() => host.seal(confirm)).toThrow(tampered)
  })

  it('gives the invitation once', () => {
    const [guest, host] = [newGuest(), newHost()]
    const confirm = confirmed(guest, host)
    host.seal(confirm)
    expect(() => host.seal(confirm)).toThrow(tampered)
  })

  it('takes no confirmation before a knock', () => {
    expect(() => newHost().seal(toBase64url(new Uint8Array(32)))).toThrow(tampered)
  })

  it('takes no confirmation from another exchange with the same words', () => {
    const [guest, host, other] = [newGuest(), newHost(), newHost()]
    const confirm = confirmed(guest, host)
    other.answer(guest.message)
    expect(() => other.seal(confirm)).toThrow(wrongCode)
  })

  it('takes no changed confirmation', () => {
    const [guest, host] = [newGuest(), newHost()]
    expect(() => host.seal(changed(confirmed(guest, host)))).toThrow(wrongCode)
  })

  it('has other keys when a share was changed on its way', () => {
    const [guest, other, host] = [newGuest(), newGuest(), newHost()]
    const answer = host.answer(other.message)
    expect(() => host.seal(guest.confirm(answer))).toThrow(wrongCode)
  })

  it.each([
    ['nothing', ''],
    ['no base64url', '*'.repeat(43)],
    ['something long', 'A'.repeat(60_000)],
    ['the neutral element', 'A'.repeat(43)],
    ['no element', `AQ${'A'.repeat(41)}`],
    ['bits behind the last byte', `${'A'.repeat(42)}B`],
  ])('ends when either side sends %s for a share', (_, share) => {
    const [guest, host] = [newGuest(), newHost()]
    expect(() => host.answer(share)).toThrow(tampered)
    expect(() => host.seal(toBase64url(new Uint8Array(32)))).toThrow(tampered)
    expect(() => guest.confirm(share)).toThrow(tampered)
    expect(() => guest.confirm(newHost().answer(guest.message))).toThrow(tampered)
  })

  it('ends when a side hears its own share', () => {
    const [guest, host] = [newGuest(), newHost()]
    expect(() => guest.confirm(guest.message)).toThrow(tampered)
    const twin = new CodeGuest(code, countingRandom())
    expect(() => new CodeHost(code, invitation, countingRandom()).answer(twin.message)).toThrow(
      tampered,
    )
    expect(host.answer(newGuest().message)).toHaveLength(43)
  })

  it.each([
    ['nothing', ''],
    ['a confirmation too short', 'A'.repeat(42)],
    ['a confirmation too long', 'A'.repeat(44)],
  ])('ends when the guest confirms with %s', (_, confirm) => {
    const [guest, host] = [newGuest(), newHost()]
    confirmed(guest, host)
    expect(() => host.seal(confirm)).toThrow(tampered)
  })
})

describe('the guest', () => {
  it('takes no changed invitation, and then none at all', () => {
    const [guest, host] = [newGuest(), newHost()]
    const sealed = host.seal(confirmed(guest, host))
    expect(() => guest.open(changed(sealed))).toThrow(tampered)
    expect(() => guest.open(sealed)).toThrow(tampered)
  })

  it('takes no invitation before it has confirmed', () => {
    expect(() => newGuest().open('A'.repeat(100))).toThrow(tampered)
  })

  it('answers one share only', () => {
    const guest = newGuest()
    guest.confirm(newHost().answer(guest.message))
    expect(() => guest.confirm(newHost().answer(guest.message))).toThrow(tampered)
  })

  /** A guest that has confirmed to a host made by hand, which may seal anything for it. */
  function confirmedByHand() {
    const guest = newGuest()
    const utf8 = new TextEncoder()
    const names = ['sharesync/1 code', 'guest', 'host', '4821'].map((name) => utf8.encode(name))
    const inputs = { password: utf8.encode(code.words), channel: lvCat(...names) }
    const host = new CpaceParty({ ...inputs, session: new Uint8Array() }, browserRandom)
    guest.confirm(toBase64url(host.share))
    const theirs = fromBase64url(guest.message) ?? new Uint8Array()
    const none = new Uint8Array()
    const messages = [
      { share: theirs, associated: none },
      { share: host.share, associated: none },
    ] as const
    const session = host.sessionKey(...messages, theirs) ?? none
    const key = deriveKey(session, 'sharesync/1 code seal', [])
    const sealed = (body: string) => sealBox(key, utf8.encode(body), none, browserRandom)
    return { guest, sealed }
  }

  it.each([
    ['no JSON', '{'],
    ['no object', '1'],
    ['no room', JSON.stringify({ room: '../admin', key: invitation.key.text() })],
    ['no key', JSON.stringify({ room: invitation.room, key: 'short' })],
  ])('takes no invitation that is %s, though the host knows the words', (_, text) => {
    const { guest, sealed } = confirmedByHand()
    expect(() => guest.open(sealed(text))).toThrow(tampered)
  })

  it('takes one that is, made by the same hand', () => {
    const { guest, sealed } = confirmedByHand()
    const { room } = invitation
    expect(guest.open(sealed(JSON.stringify({ room, key: invitation.key.text() }))).room).toBe(room)
  })
})
