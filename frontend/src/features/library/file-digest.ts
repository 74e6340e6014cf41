/** By what a file is known, in words for its panel. */
import type { UploadedFile } from '@/api/types'
import { formatBytes } from '@/lib/format'

/** A digest, and what it is of. */
export interface FileDigest {
  readonly term: string
  /** In hexadecimal. */
  readonly sha256: string
}

/** That of the whole file or, where the server has seen only its parts', that of those. */
export function fileDigest(file: UploadedFile): FileDigest {
  if ('sha256' in file) return { term: 'SHA-256', sha256: file.sha256 }
  const { sha256, part_size: partSize } = file.parts_sha256
  return { term: `SHA-256 of its parts (${formatBytes(partSize)} each)`, sha256 }
}
