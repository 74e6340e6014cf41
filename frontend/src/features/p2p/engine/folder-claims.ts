/**
 * The note that the file worker keeps of where it has put files in a folder that a person chose, so that a later
 * page finds them again: a line of JSON each. Used by the worker.
 */
import * as v from 'valibot'
import { type Claim } from './folder-tree'
import { MAX_FILES } from './protocol'

const claim = v.object({
  file: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MAX_FILES - 1)),
  path: v.pipe(v.array(v.string()), v.minLength(1)),
})

/** A claim as it is noted. */
export function claimEntry({ file, path }: Claim): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${JSON.stringify({ file, path })}\n`)
}

/** Reads claims; one that was cut short when the browser died is left out. */
export function readClaims(bytes: Uint8Array): Claim[] {
  const claims: Claim[] = []
  for (const line of new TextDecoder().decode(bytes).split('\n')) {
    try {
      const parsed = v.safeParse(claim, JSON.parse(line))
      if (parsed.success) claims.push(parsed.output)
    } catch {
      // The end of the note, whole or not.
    }
  }
  return claims
}
