/**
 * How a code becomes a link: the host's page hands room and key to whoever knows the two words, once.
 * Four messages, each relayed by the signaling service, which learns nothing from them:
 *
 * ```text
 * guest                                 host
 *   knock {nameplate, message}  ──▶           the guest's CPace share
 *                               ◀──  pake {message}    the host's
 *   pake {confirm}              ──▶           the guest knows the words
 *                               ◀──  pake {sealed}     so does the host; room and key
 * ```
 *
 * The host says nothing that depends on the words before the guest has shown that it knows them, so
 * that a guest has one guess. A server that plays the host to the guest has one guess, too, and may
 * check it against `confirm`: that is what every exchange of this kind costs.
 *
 * Pure state: whoever has the sockets carries the messages. Each object serves one attempt, and after
 * any error, or when the other side breaks off, it is over. Native twin:
 * `crates/secrecy/src/code_exchange.rs`.
 */
import { equalBytes } from '@noble/ciphers/utils.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesOf, toBase64url } from './base64url'
import type { Code } from './code-words'
import { CpaceParty, lvCat, SHARE_BYTES, transcript, type CpaceMessage } from './cpace'
import { type Invitation, readInvitation, writeInvitation } from './invitation'
import { deriveKey } from './key-schedule'
import type { RandomBytes } from './randomness'
import { openBox, sealBox } from './sealed-box'

/** Why an exchange came to nothing. */
export type CodeFailure =
  /** The guest does not know the words, or somebody between the two pretended so. */
  | 'wrong_code'
  /** What came was not said by a page that knows the words, or not at this point. */
  | 'tampered'

/** Ends an exchange. */
export class CodeError extends Error {
  override readonly name = 'CodeError'
  readonly code: CodeFailure

  constructor(code: CodeFailure, message: string) {
    super(message)
    this.code = code
  }
}

/** HMAC-SHA-256's length. */
const CONFIRM_BYTES = 32

/** The page that typed the code. */
export class CodeGuest {
  /** Goes with `knock`. */
  readonly message: string
  #party: CpaceParty | undefined
  #sealKey: Uint8Array | undefined

  constructor(code: Code, random: RandomBytes) {
    this.#party = startParty(code, random)
    this.message = toBase64url(this.#party.share)
  }

  /** Takes the host's share; returns the `confirm` for it. */
  confirm(hostMessage: string): string {
    const party = this.#party
    this.#party = undefined
    if (!party) throw new CodeError('tampered', 'code: a second answer')
    const host = readShare(hostMessage)
    const keys = deriveKeys(party, said(party.share), said(host), host)
    this.#sealKey = keys.seal
    return toBase64url(keys.confirm)
  }

  /** Takes the host's confirmation, which is the invitation itself. */
  open(sealed: string): Invitation {
    const key = this.#sealKey
    this.#sealKey = undefined
    const plaintext = key && openBox(key, sealed, NO_CONTEXT)
    const invitation = plaintext && readInvitation(plaintext)
    if (!invitation) throw new CodeError('tampered', 'code: no invitation')
    return invitation
  }
}

/** The page that made the code. */
export class CodeHost {
  readonly #invitation: Invitation
  readonly #random: RandomBytes
  #party: CpaceParty | undefined
  #keys: ExchangeKeys | undefined

  constructor(code: Code, invitation: Invitation, random: RandomBytes) {
    this.#invitation = invitation
    this.#random = random
    this.#party = startParty(code, random)
  }

  /** Takes the guest's share; returns the host's own. */
  answer(guestMessage: string): string {
    const party = this.#party
    this.#party = undefined
    // Whoever knocks twice at one code tries to guess twice.
    this.#keys = undefined
    if (!party) throw new CodeError('tampered', 'code: a second knock')
    const guest = readShare(guestMessage)
    this.#keys = deriveKeys(party, said(guest), said(party.share), guest)
    return toBase64url(party.share)
  }

  /** Takes the guest's confirmation; returns the sealed invitation when it is right. */
  seal(confirm: string): string {
    const keys = this.#keys
    this.#keys = undefined
    if (!keys) throw new CodeError('tampered', 'code: a second confirmation, or an early one')
    const claimed = readBytes(confirm, CONFIRM_BYTES)
    if (!equalBytes(claimed, keys.confirm)) throw new CodeError('wrong_code', 'code: wrong words')
    return sealBox(keys.seal, writeInvitation(this.#invitation), NO_CONTEXT, this.#random)
  }
}

/** The sealing key serves one message, which needs no telling apart from others. */
const NO_CONTEXT = new Uint8Array()

/** What the two derive from the session key. */
interface ExchangeKeys {
  /** The guest's proof that it has the same key: made by the guest, expected by the host. */
  readonly confirm: Uint8Array
  /** Seals the invitation. */
  readonly seal: Uint8Array
}

/**
 * The roles stand in the channel's name, the guest first (draft-irtf-cfrg-cpace-21 §10.1.1). There is
 * no session id: nothing is known to both, and to nobody before, when the guest knocks (§4.1).
 */
function startParty({ nameplate, words }: Code, random: RandomBytes): CpaceParty {
  const utf8 = new TextEncoder()
  const names = ['sharesync/1 code', 'guest', 'host', nameplate].map((name) => utf8.encode(name))
  const inputs = {
    password: utf8.encode(words),
    channel: lvCat(...names),
    session: new Uint8Array(),
  }
  return new CpaceParty(inputs, random)
}

/** A share as a message: nothing is said beside it. */
function said(share: Uint8Array): CpaceMessage {
  return { share, associated: new Uint8Array() }
}

/** Key confirmation by a MAC over the transcript (§10.4), with keys of its own for each use (§10.3). */
function deriveKeys(
  party: CpaceParty,
  guest: CpaceMessage,
  host: CpaceMessage,
  theirs: Uint8Array,
): ExchangeKeys {
  const session = party.sessionKey(guest, host, theirs)
  if (!session) throw new CodeError('tampered', 'code: no share')
  const confirmKey = deriveKey(session, 'sharesync/1 code confirm', [])
  return {
    confirm: hmac(sha256, confirmKey, transcript(guest, host)),
    seal: deriveKey(session, 'sharesync/1 code seal', []),
  }
}

function readShare(text: string): Uint8Array<ArrayBuffer> {
  return readBytes(text, SHARE_BYTES)
}

/** Reads bytes of a known number; none of our pages sends anything else. */
function readBytes(text: string, length: number): Uint8Array<ArrayBuffer> {
  const bytes = bytesOf(text, length)
  if (!bytes) throw new CodeError('tampered', 'code: bytes of another length')
  return bytes
}
