/** Which uploads of a long list are shown: a folder may bring thousands. Used by the pages that upload. */
import type { Upload } from './upload-queue'

/** As many as a page draws without effort. */
const MOST = 100

/** What of them needs attention, or moves, comes first where there is not room for all. */
export function shownFirst<Sent>(list: readonly Upload<Sent>[]): readonly Upload<Sent>[] {
  if (list.length <= MOST) return list
  const isStill = ({ state }: Upload<Sent>) => state.is === 'waiting' || state.is === 'done'
  const moving = list.filter((upload) => !isStill(upload))
  const others = list.filter(isStill)
  return [...moving, ...others].slice(0, MOST)
}
