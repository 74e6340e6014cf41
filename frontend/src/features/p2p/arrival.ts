/** How somebody came to a room, noted in the history entry so that a reload does not forget it. */
import * as v from 'valibot'

const byCode = v.object({ byCode: v.literal(true) })
const fromNearby = v.object({
  words: v.pipe(v.string(), v.regex(/^[a-z]+ [a-z]+$/)),
  name: v.string(),
})
type FromNearby = v.InferOutput<typeof fromNearby>

/** The note of whoever typed a code. */
export const arrivedByCode: v.InferOutput<typeof byCode> = { byCode: true }

/** The note of whoever was asked in from nearby: the words to be compared, and as whom they are known there. */
export function arrivedFromNearby(words: string, name: string): FromNearby {
  return { words, name }
}

/** Whether a history entry's state says that somebody typed a code. */
export function cameByCode(state: unknown): boolean {
  return v.safeParse(byCode, state).success
}

/** That note, in a history entry's state; undefined for whoever was not asked in from nearby. */
export function cameFromNearby(state: unknown): FromNearby | undefined {
  const note = v.safeParse(fromNearby, state)
  return note.success ? note.output : undefined
}
