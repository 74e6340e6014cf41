/** Splits what is too long for one control message. Used by both ends' conversations. */
import { type BlockRange } from './block-map'
import { asOffered, type OfferedFile, utf8Length } from './control-messages'
import { MAX_CONTROL_BYTES } from './protocol'

/** Bytes that an offer takes besides its files. */
const ENVELOPE_BYTES = 64
/** Ranges in one message: two numbers of ten digits, brackets and commas each. */
const RANGES_PER_PAGE = 2048

/** The files in as many lists as it takes for each to fit one control message. */
export function offerPages(files: readonly OfferedFile[]): OfferedFile[][] {
  const pages: OfferedFile[][] = []
  let room = 0
  for (const file of files.map(asOffered)) {
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

/** The ranges in as many lists as it takes for each to fit one control message; none for none. */
export function havePages(ranges: readonly BlockRange[]): BlockRange[][] {
  const pages: BlockRange[][] = []
  for (let at = 0; at < ranges.length; at += RANGES_PER_PAGE) {
    pages.push(ranges.slice(at, at + RANGES_PER_PAGE))
  }
  return pages
}
