/** How somebody came to a room, noted in the history entry so that a reload does not forget it. */
import * as v from 'valibot'

const arrival = v.object({ byCode: v.literal(true) })

/** The note of whoever typed a code. */
export const arrivedByCode: v.InferOutput<typeof arrival> = { byCode: true }

/** Whether a history entry's state holds that note. */
export function cameByCode(state: unknown): boolean {
  return v.safeParse(arrival, state).success
}
