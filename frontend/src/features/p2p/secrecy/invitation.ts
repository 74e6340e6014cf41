/**
 * What a link holds, as one page seals it for another: by a code, or for a device nearby. Native twin:
 * `crates/secrecy/src/invitation.rs`.
 */
import * as v from 'valibot'
import { LinkKey } from './link-key'

/** Everything that a link holds. */
export interface Invitation {
  readonly room: string
  readonly key: LinkKey
}

const said = v.object({
  room: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{22}$/)),
  key: v.string(),
})

/** What is sealed. */
export function writeInvitation({ room, key }: Invitation): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ room, key: key.text() }))
}

/** Reads what was sealed; undefined for anything else. */
export function readInvitation(plaintext: Uint8Array): Invitation | undefined {
  const parsed = v.safeParse(said, readJson(plaintext))
  const key = parsed.success ? LinkKey.parse(parsed.output.key) : undefined
  return parsed.success && key ? { room: parsed.output.room, key } : undefined
}

/** JSON in UTF-8; undefined for anything else. */
export function readJson(plaintext: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(plaintext))
  } catch {
    return undefined
  }
}
