/** What the server tells of live updates, checked. The native twin is `crates/protocol/src/events.rs`. Used by `LiveEvents`. */
import * as v from 'valibot'

const id = v.pipe(v.string(), v.uuid())
const bytes = v.pipe(v.number(), v.safeInteger(), v.minValue(0))

/** An upload has begun, moved or ended. */
export const uploadNews = v.object({
  id,
  name: v.string(),
  size: bytes,
  received: bytes,
  state: v.picklist(['under_way', 'complete', 'given_up']),
  /** The file that it became. */
  file: v.exactOptional(id),
})
export type UploadNews = v.InferOutput<typeof uploadNews>

/** Something in the library is not as it was: this file, or whatever. */
export const libraryNews = v.object({ file: v.exactOptional(id) })
