/**
 * How a device nearby is told of a room without a link: an ephemeral key agreement over ristretto255
 * (RFC 9496) by way of the signaling service, and two words that both people see. The sender commits to
 * its share before it sees the receiver's (as in ZRTP, RFC 6189 §4.4.1.1), so that whoever sits in the
 * middle has one try at making the words the same, and nothing to search in.
 *
 * ```text
 * sender                                receiver
 *   nearby-knock {device, commit} ──▶           a hash of the sender's share
 *                                 ◀──  pake {share}     the receiver's
 *   pake {reveal}                 ──▶           the sender's; both have the words now
 *                                 ◀──  pake {accept}    a person says yes; the page's nonce
 *   pake {invite}                 ──▶           room and key
 * ```
 *
 * Nothing here proves who the other is: that do people, by comparing the words. Pure state, like
 * `code-exchange.ts`: each object serves one attempt, and after any error it is over. Native twin:
 * `crates/secrecy/src/nearby_exchange.rs`.
 */
import { equalBytes } from '@noble/ciphers/utils.js'
import { ristretto255 } from '@noble/curves/ed25519.js'
import * as v from 'valibot'
import { bytesOf, toBase64url } from './base64url'
import { wordsOf } from './code-words'
import { multiplyVerified, sampleScalar, SHARE_BYTES } from './cpace'
import { type Invitation, readInvitation, readJson, writeInvitation } from './invitation'
import { deriveKey, KEY_BYTES } from './key-schedule'
import type { RandomBytes } from './randomness'
import { openBox, sealBox } from './sealed-box'

/** A device, as the service told of it. */
export interface NearbyDevice {
  readonly id: string
  /** What it calls itself. */
  readonly name: string
  /** What it runs on, if it said so. */
  readonly platform?: string
}

/**
 * Between whom. Both ends put in what they know of both, so that the words differ where the service has
 * shown one of them as somebody else.
 */
export interface NearbyPair {
  /** Who has files, and knocks. */
  readonly sender: NearbyDevice
  /** Who is to have them. */
  readonly receiver: NearbyDevice
}

/** Ends an exchange: what came was not said by the end that the keys were agreed with, or not at this point. */
export class NearbyError extends Error {
  override readonly name = 'NearbyError'
}

/** The page that knocks. */
export class NearbySender {
  /** Goes with the knock. */
  readonly commit: string
  readonly #pair: NearbyPair
  readonly #random: RandomBytes
  #party: Party | undefined
  #agreed: Agreed | undefined

  constructor(pair: NearbyPair, random: RandomBytes) {
    this.#pair = pair
    this.#random = random
    this.#party = new Party(random)
    this.commit = toBase64url(commitment(this.#party.share))
  }

  /** Takes the receiver's `share`; returns the `reveal` that answers it, and the words to be compared. */
  reveal(share: string): { reveal: string; words: string } {
    const party = this.#party
    this.#party = undefined
    if (!party) throw new NearbyError('nearby: a second share')
    const receiver = readBytes(share, SHARE_BYTES)
    this.#agreed = party.agree(receiver, this.#pair, { sender: party.share, receiver })
    return { reveal: toBase64url(party.share), words: this.#agreed.words }
  }

  /**
   * Takes the receiver's `accept`; returns the nonce of the page that will enter the room, and the
   * `invite` for it.
   */
  invite(accept: string, invitation: Invitation): { nonce: string; invite: string } {
    const agreed = this.#agreed
    this.#agreed = undefined
    const plaintext = agreed && openBox(agreed.accept, accept, NO_CONTEXT)
    const said = v.safeParse(acceptance, plaintext && readJson(plaintext))
    if (!agreed || !said.success) throw new NearbyError('nearby: no acceptance')
    const text = writeInvitation(invitation)
    return {
      nonce: said.output.nonce,
      invite: sealBox(agreed.invite, text, NO_CONTEXT, this.#random),
    }
  }
}

/** The page that is knocked at. */
export class NearbyReceiver {
  /** Answers the knock. */
  readonly share: string
  readonly #pair: NearbyPair
  readonly #random: RandomBytes
  readonly #commit: Uint8Array
  #party: Party | undefined
  #agreed: Agreed | undefined
  /** Opens the invitation, once it is wanted. */
  #invite: Uint8Array | undefined

  /** Takes the sender's `commit`. */
  constructor(pair: NearbyPair, commit: string, random: RandomBytes) {
    this.#commit = readBytes(commit, KEY_BYTES)
    this.#pair = pair
    this.#random = random
    this.#party = new Party(random)
    this.share = toBase64url(this.#party.share)
  }

  /** Takes the sender's `reveal`, which must be what it committed to; returns the words to be compared. */
  open(reveal: string): string {
    const party = this.#party
    this.#party = undefined
    if (!party) throw new NearbyError('nearby: a second reveal')
    const sender = readBytes(reveal, SHARE_BYTES)
    if (!equalBytes(commitment(sender), this.#commit)) {
      throw new NearbyError('nearby: not what was committed to')
    }
    this.#agreed = party.agree(sender, this.#pair, { sender, receiver: party.share })
    return this.#agreed.words
  }

  /** Says yes, as the page of this nonce. */
  accept(nonce: string): string {
    const agreed = this.#agreed
    this.#agreed = undefined
    if (!agreed) throw new NearbyError('nearby: nothing to accept')
    this.#invite = agreed.invite
    const text = new TextEncoder().encode(JSON.stringify({ nonce }))
    return sealBox(agreed.accept, text, NO_CONTEXT, this.#random)
  }

  /** Takes the sender's `invite`. */
  enter(invite: string): Invitation {
    const key = this.#invite
    this.#invite = undefined
    const plaintext = key && openBox(key, invite, NO_CONTEXT)
    const invitation = plaintext && readInvitation(plaintext)
    if (!invitation) throw new NearbyError('nearby: no invitation')
    return invitation
  }
}

/** A sealing key serves one message, which needs no telling apart from others. */
const NO_CONTEXT = new Uint8Array()

/** What the receiver's person agreed to, as it is sealed. */
const acceptance = v.object({ nonce: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{22}$/)) })

/** What the two derive from the agreement and from all that was said before it. */
interface Agreed {
  readonly words: string
  /** Seals the acceptance. */
  readonly accept: Uint8Array
  /** Seals the invitation. */
  readonly invite: Uint8Array
}

/** One end's secret and its share. */
class Party {
  readonly share: Uint8Array
  readonly #scalar: bigint

  constructor(random: RandomBytes) {
    this.#scalar = sampleScalar(random)
    this.share = ristretto255.Point.BASE.multiply(this.#scalar).toBytes()
  }

  /** Throws where the other's share is no group element, or the neutral one, or our own played back. */
  agree(
    theirs: Uint8Array,
    pair: NearbyPair,
    shares: { sender: Uint8Array; receiver: Uint8Array },
  ): Agreed {
    const secret = equalBytes(theirs, this.share)
      ? undefined
      : multiplyVerified(this.#scalar, theirs)
    if (!secret) throw new NearbyError('nearby: no share')
    const devices = [pair.sender, pair.receiver].flatMap(({ id, name, platform = '' }) => [
      id,
      name,
      platform,
    ])
    const parts = [...devices, shares.sender, shares.receiver]
    const words = deriveKey(secret, 'sharesync/1 nearby words', parts)
    return {
      words: wordsOf(words.subarray(0, 2)).join(' '),
      accept: deriveKey(secret, 'sharesync/1 nearby accept', parts),
      invite: deriveKey(secret, 'sharesync/1 nearby invite', parts),
    }
  }
}

/** What a share's owner can say of it beforehand: it hides the share, and fits no other. */
function commitment(share: Uint8Array): Uint8Array {
  return deriveKey(share, 'sharesync/1 nearby commit', [])
}

function readBytes(text: string, length: number): Uint8Array {
  const bytes = bytesOf(text, length)
  if (!bytes) throw new NearbyError('nearby: bytes of another length')
  return bytes
}
