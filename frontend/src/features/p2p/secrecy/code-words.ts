/**
 * Codes that people say to each other instead of sending a link: `4821-orbit-canyon`. The number,
 * the nameplate, tells the server which room to knock at; the two words, 16 random bits, are the
 * password of one exchange (`code-exchange.ts`) and never reach the server. Native twin:
 * `crates/secrecy/src/code_words.rs`.
 */
import { CODE_WORDS } from './code-word-list'
import type { RandomBytes } from './randomness'

/** A code, taken apart. */
export interface Code {
  /** The digits that the server gave. */
  readonly nameplate: string
  /** The secret: two words with a hyphen between them. */
  readonly words: string
}

/** What is wrong with a text that is no code: its form, or the part that does not exist. */
export type CodeMistake = 'form' | 'nameplate' | 'first word' | 'second word'

/** Whatever longer text somebody pastes is no code, and need not be taken apart. */
const MAX_CHARACTERS = 100

/** What people, keyboards and messengers put between the parts: blanks, and hyphens of any length. */
const BETWEEN = /[ \t\r\n\u00a0\u2010-\u2015-]+/

/** Nameplates have four digits, and more where the server has given half of those. */
const NAMEPLATE = /^[0-9]{4,9}$/

/** A new code for a nameplate. */
export function makeCode(nameplate: string, random: RandomBytes): Code {
  return { nameplate, words: wordsOf(random(2)).join('-') }
}

/** The words that bytes are, one each. */
export function wordsOf(bytes: Uint8Array): readonly string[] {
  return Array.from(bytes, (byte) => CODE_WORDS[byte] ?? '')
}

/** The code as it is shown, said and typed. */
export function codeText({ nameplate, words }: Code): string {
  return `${nameplate}-${words}`
}

/** Reads what somebody typed; forgives capitals, blanks for hyphens, and blanks around it. */
export function parseCode(text: string): Code | CodeMistake {
  if (text.length > MAX_CHARACTERS) return 'form'
  const parts = text.toLowerCase().split(BETWEEN).filter(Boolean)
  const [nameplate, first, second] = parts
  if (nameplate === undefined || !NAMEPLATE.test(nameplate)) return 'nameplate'
  if (first === undefined || second === undefined || parts.length > 3) return 'form'
  if (!CODE_WORDS.includes(first)) return 'first word'
  if (!CODE_WORDS.includes(second)) return 'second word'
  return { nameplate, words: `${first}-${second}` }
}
