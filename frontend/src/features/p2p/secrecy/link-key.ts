/**
 * The key in a room's link, behind the `#`: 128 random bits that the host's page makes and that no
 * server sees. Whatever the pages tell each other through the signaling service is sealed under
 * keys derived from it (`signal-sealer.ts`, `lane-sealer.ts`). Native twin:
 * `crates/secrecy/src/link_key.rs`.
 */
import { fromBase64url, toBase64url } from './base64url'
import type { RandomBytes } from './randomness'

/** How many bytes a link key has. */
export const LINK_KEY_BYTES = 16

/** The secret of a room. Its bytes are private, so that it shows nowhere by accident. */
export class LinkKey {
  readonly #bytes: Uint8Array<ArrayBuffer>

  private constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.#bytes = bytes
  }

  /** A new key. */
  static make(random: RandomBytes): LinkKey {
    return new LinkKey(random(LINK_KEY_BYTES))
  }

  /** Reads the 22 characters of base64url, in canonical form only; undefined for anything else. */
  static parse(text: string): LinkKey | undefined {
    if (text.length !== 22) return undefined
    const bytes = fromBase64url(text)
    return bytes && new LinkKey(bytes)
  }

  /** The 22 characters that stand in the link. */
  text(): string {
    return toBase64url(this.#bytes)
  }

  /** The key's bytes, for deriving other keys from them; never for sealing with them as they are. */
  bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice()
  }
}
