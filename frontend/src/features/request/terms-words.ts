/** What a file request takes, in words, before anything is sent. */
import type { FileRequestTerms } from '@/api/types'
import { formatBytes } from '@/lib/format'
import { typeList } from '@/lib/type-words'
import type { UploadLimits } from '@/lib/uploads/upload-limits'

/** Endings that are named one by one at most. */
const MOST_NAMED = 6

/** The limits that are held against files; `sentSince` is how many have gone since the terms were told. */
export function requestLimits(terms: FileRequestTerms, sentSince: number): UploadLimits {
  const left = filesLeft(terms, sentSince)
  return {
    maxSize: terms.max_file_size,
    allowedExtensions: terms.allowed_extensions,
    refusedExtensions: terms.refused_extensions,
    ...(left !== undefined && { filesLeft: left }),
  }
}

/** How many files are taken still; nothing where that is not limited. */
export function filesLeft({ files_left: left }: FileRequestTerms, sentSince: number) {
  return typeof left === 'number' ? Math.max(0, left - sentSince) : undefined
}

/** Which files are taken: `Pictures and documents`. */
export function takenTypes({ types, refused_extensions: refused }: FileRequestTerms): string {
  if (types.length > 0) {
    const words = typeList(types)
    return words.charAt(0).toUpperCase() + words.slice(1)
  }
  if (refused.length === 0) return 'All'
  if (refused.length > MOST_NAMED) return 'Nearly all; programs and the like are not'
  const endings = refused.map((ending) => `.${ending}`)
  return `All but ${new Intl.ListFormat('en').format(endings)}`
}

/** How large each may be. */
export function takenSize(terms: FileRequestTerms): string {
  return `Up to ${formatBytes(terms.max_file_size)} each`
}
