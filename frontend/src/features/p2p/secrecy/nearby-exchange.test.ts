// @vitest-environment node
/** What a server between two devices nearby could try, tried. */
import { describe, expect, it } from 'vitest'
import { toBase64url } from './base64url'
import type { Invitation } from './invitation'
import { deriveKey } from './key-schedule'
import { LinkKey } from './link-key'
import { type NearbyDevice, type NearbyPair, NearbyReceiver, NearbySender } from './nearby-exchange'
import { browserRandom } from './randomness'
import { countingRandom } from './test-random'

const heron: NearbyDevice = {
  id: 'abcdefghijklmnopqrstuv',
  name: 'Quiet Heron',
  platform: 'Linux',
}
const fox: NearbyDevice = { id: '0123456789abcdefghijkl', name: 'Bold Fox' }
const pair: NearbyPair = { sender: heron, receiver: fox }
const nonce = 'AAECAwQFBgcICQoLDA0ODw'
const invitation: Invitation = {
  room: 'AAAAAAAAAAAAAAAAAAAAAA',
  key: LinkKey.make(countingRandom()),
}

const tampered = expect.objectContaining({ name: 'NearbyError' }) as Error

const newSender = (its = pair) => new NearbySender(its, browserRandom)
const newReceiver = (commit: string, its = pair) => new NearbyReceiver(its, commit, browserRandom)

/** Both ends once they have the words. */
function agreed(here = pair, there = pair) {
  const sender = newSender(here)
  const receiver = newReceiver(sender.commit, there)
  const { reveal, words } = sender.reveal(receiver.share)
  return { sender, receiver, words: [words, receiver.open(reveal)] as const }
}

/** In how many of four exchanges both screens say the same: by chance, in one of 65,536. */
function sameWords(exchange: () => readonly [string, string]): number {
  return Array.from({ length: 4 }, exchange).filter(([a, b]) => a === b).length
}

/** The text with its first bits changed, still base64url. */
const changed = (text: string) => text.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'))

const NO_SHARES: [string, string][] = [
  ['nothing', ''],
  ['no base64url', '*'.repeat(43)],
  ['something long', 'A'.repeat(60_000)],
  ['the neutral element', 'A'.repeat(43)],
  ['no element', `AQ${'A'.repeat(41)}`],
  ['bits behind the last byte', `${'A'.repeat(42)}B`],
]

describe('an exchange', () => {
  it('shows both ends the same words and hands over the link', () => {
    const { sender, receiver, words } = agreed()
    expect(words[0]).toMatch(/^[a-z]+ [a-z]+$/)
    expect(words[1]).toBe(words[0])
    const { nonce: theirs, invite } = sender.invite(receiver.accept(nonce), invitation)
    expect(theirs).toBe(nonce)
    const got = receiver.enter(invite)
    expect([got.room, got.key.text()]).toEqual([invitation.room, invitation.key.text()])
  })

  it('shows other words on the two screens when a server is in the middle', () => {
    const same = sameWords(() => {
      const sender = newSender()
      const falseReceiver = newReceiver(sender.commit)
      const here = sender.reveal(falseReceiver.share)
      expect(falseReceiver.open(here.reveal)).toBe(here.words)
      const falseSender = newSender()
      const receiver = newReceiver(falseSender.commit)
      return [here.words, receiver.open(falseSender.reveal(receiver.share).reveal)]
    })
    expect(same).toBeLessThan(2)
  })

  it.each<[string, NearbyPair]>([
    ['the sender by another name', { ...pair, sender: { ...heron, name: 'Bold Lynx' } }],
    ['the sender by another id', { ...pair, sender: { ...heron, id: fox.id } }],
    ['the sender without its platform', { ...pair, sender: { id: heron.id, name: heron.name } }],
    ['the receiver on a platform', { ...pair, receiver: { ...fox, platform: 'Mac' } }],
    ['the two in each other’s places', { sender: fox, receiver: heron }],
  ])('shows other words where the service showed %s', (_, there) => {
    expect(sameWords(() => agreed(pair, there).words)).toBeLessThan(2)
  })

  it('tells nobody a share before the receiver has said its own', () => {
    const sender = newSender()
    const receiver = newReceiver(sender.commit)
    const { reveal } = sender.reveal(receiver.share)
    expect(sender.commit).toHaveLength(43)
    expect(sender.commit).not.toBe(reveal)
  })

  it('ends when what is revealed is not what was committed to', () => {
    const [sender, other] = [newSender(), newSender()]
    const receiver = newReceiver(sender.commit)
    const { reveal } = other.reveal(receiver.share)
    expect(() => receiver.open(reveal)).toThrow(tampered)
    expect(() => receiver.open(sender.reveal(receiver.share).reveal)).toThrow(tampered)
  })

  it('gives no keys to whoever uses a commitment again', () => {
    const sender = newSender()
    const first = newReceiver(sender.commit)
    const { reveal } = sender.reveal(first.share)
    first.open(reveal)
    // Played to somebody else, it opens; but what that one seals only the share's owner could open.
    const second = newReceiver(sender.commit)
    second.open(reveal)
    expect(() => sender.invite(second.accept(nonce), invitation)).toThrow(tampered)
  })

  it('ends when a share was swapped on its way', () => {
    const sender = newSender()
    const [receiver, other] = [newReceiver(sender.commit), newReceiver(sender.commit)]
    const { reveal } = sender.reveal(other.share)
    receiver.open(reveal)
    expect(() => sender.invite(receiver.accept(nonce), invitation)).toThrow(tampered)
  })

  it('ends when either end hears its own share', () => {
    // The same secret makes the same share.
    const sender = new NearbySender(pair, countingRandom(7))
    const receiver = new NearbyReceiver(pair, sender.commit, countingRandom(7))
    expect(() => sender.reveal(receiver.share)).toThrow(tampered)
    expect(() => receiver.open(receiver.share)).toThrow(tampered)
  })

  it.each(NO_SHARES)('ends when either end sends %s for a share', (_, text) => {
    const sender = newSender()
    const receiver = newReceiver(sender.commit)
    expect(() => sender.reveal(text)).toThrow(tampered)
    expect(() => sender.reveal(receiver.share)).toThrow(tampered)
    expect(() => receiver.open(text)).toThrow(tampered)
  })

  it('ends when what was committed to is the neutral element', () => {
    const neutral = new Uint8Array(32)
    const receiver = newReceiver(toBase64url(deriveKey(neutral, 'sharesync/1 nearby commit', [])))
    expect(() => receiver.open('A'.repeat(43))).toThrow('nearby: no share')
  })

  it.each([
    ['nothing', ''],
    ['something short', 'A'.repeat(42)],
    ['something long', 'A'.repeat(60_000)],
    ['bits behind the last byte', `${'A'.repeat(42)}B`],
  ])('does not begin with %s for a commitment', (_, commit) => {
    expect(() => newReceiver(commit)).toThrow(tampered)
  })

  it('keeps its order', () => {
    const sender = newSender()
    expect(() => sender.invite('A'.repeat(100), invitation)).toThrow(tampered)
    const receiver = newReceiver(sender.commit)
    expect(() => receiver.accept(nonce)).toThrow(tampered)
    expect(() => receiver.enter('A'.repeat(100))).toThrow(tampered)
    const { reveal } = sender.reveal(receiver.share)
    expect(() => sender.reveal(receiver.share)).toThrow(tampered)
    receiver.open(reveal)
    expect(() => receiver.open(reveal)).toThrow(tampered)
    expect(() => receiver.enter('A'.repeat(100)), 'before a person has said yes').toThrow(tampered)
    const accept = receiver.accept(nonce)
    expect(() => receiver.accept(nonce)).toThrow(tampered)
    const { invite } = sender.invite(accept, invitation)
    expect(() => sender.invite(accept, invitation)).toThrow(tampered)
    receiver.enter(invite)
    expect(() => receiver.enter(invite)).toThrow(tampered)
  })

  it('takes no changed acceptance, none of another exchange, and none without a nonce', () => {
    const first = agreed()
    const accept = first.receiver.accept(nonce)
    expect(() => first.sender.invite(changed(accept), invitation)).toThrow(tampered)
    expect(() => first.sender.invite(accept, invitation)).toThrow(tampered)
    expect(() => agreed().sender.invite(accept, invitation)).toThrow(tampered)
    for (const text of ['', '../admin', 'A'.repeat(23)]) {
      const { sender, receiver } = agreed()
      expect(() => sender.invite(receiver.accept(text), invitation)).toThrow(tampered)
    }
  })

  it('takes no changed invitation, none to what is no room, and no acceptance for one', () => {
    const first = agreed()
    const { invite } = first.sender.invite(first.receiver.accept(nonce), invitation)
    expect(() => first.receiver.enter(changed(invite))).toThrow(tampered)
    expect(() => first.receiver.enter(invite)).toThrow(tampered)

    const second = agreed()
    const elsewhere = { ...invitation, room: '../admin' }
    const astray = second.sender.invite(second.receiver.accept(nonce), elsewhere)
    expect(() => second.receiver.enter(astray.invite)).toThrow(tampered)

    const third = agreed()
    const accept = third.receiver.accept(nonce)
    expect(() => third.receiver.enter(accept)).toThrow(tampered)
  })
})
