/** Splits a long offer into messages that fit. Used by `FileSender`. */
import { type OfferedFile, utf8Length } from './control-messages'
import { MAX_CONTROL_BYTES } from './protocol'

/** Bytes that an offer takes besides its files. */
const ENVELOPE_BYTES = 64

/** The files in as many lists as it takes for each to fit one control message. */
export function offerPages(files: readonly OfferedFile[]): OfferedFile[][] {
  const pages: OfferedFile[][] = []
  let room = 0
  for (const { name, size, media_type, modified_at } of files) {
    const file = { name, size, media_type, modified_at }
    const bytes = utf8Length(JSON.stringify(file)) + 1
    let page = pages.at(-1)
    if (!page || bytes > room) {
      page = []
      pages.push(page)
      room = MAX_CONTROL_BYTES - ENVELOPE_BYTES
    }
    page.push(file)
    room -= bytes
  }
  return pages
}
