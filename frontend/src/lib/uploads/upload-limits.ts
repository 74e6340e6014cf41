/** What the server takes, told and held against files before any byte of them is sent. Used by the queue and its page. */
import { ProblemError } from '@/api/problem'
import type { Me, ProblemCode, ServerInfo } from '@/api/types'
import { formatBytes, formatCount } from '@/lib/format'
import { problemWords } from '@/lib/problem-words'
import { typeList } from '@/lib/type-words'

/** What is held against files. */
export interface UploadLimits {
  /** Bytes. */
  readonly maxSize: number
  /** Endings of names that are taken, in lower case and without the dot; all are where there are none here. */
  readonly allowedExtensions: readonly string[]
  /** Endings of names that are not taken. */
  readonly refusedExtensions: readonly string[]
  /** How many files more are taken, where that is limited. */
  readonly filesLeft?: number
}

/** The server's limits, for this account. */
export function uploadLimits(
  server: ServerInfo | undefined,
  me: Me | undefined,
): UploadLimits | undefined {
  return (
    server && {
      maxSize: me?.max_upload_size ?? server.max_upload_size,
      allowedExtensions: server.allowed_extensions,
      refusedExtensions: server.refused_extensions,
    }
  )
}

/** Why a file need not even be tried, beside so many that are on their way. */
export function refusal(
  file: File,
  limits: UploadLimits | undefined,
  underWay = 0,
): string | undefined {
  if (file.size === 0) return words(file, 422, 'empty_file')
  if (!limits) return undefined
  const { maxSize, filesLeft } = limits
  if (file.size > maxSize) return words(file, 413, 'too_large', maxSize)
  if (!isTaken(file.name, limits)) return words(file, 415, 'type_refused')
  if (filesLeft === undefined || underWay < filesLeft) return undefined
  return filesLeft === 0
    ? 'No more files are taken here.'
    : `Only ${formatCount(filesLeft, 'more file')} ${filesLeft === 1 ? 'is' : 'are'} taken here.`
}

function isTaken(name: string, { allowedExtensions, refusedExtensions }: UploadLimits): boolean {
  const ending = extension(name)
  if (allowedExtensions.length > 0) return allowedExtensions.includes(ending)
  return !refusedExtensions.includes(ending)
}

/** What stands behind the last dot, as the server reads it: what Windows does not see at the end is left out. */
function extension(name: string): string {
  const seen = name.replace(/[ .]+$/, '')
  const dot = seen.lastIndexOf('.')
  return dot > 0 ? seen.slice(dot + 1).toLowerCase() : ''
}

function words(file: File, status: number, code: ProblemCode, limit?: number): string {
  const problem = { type: 'about:blank', title: '', status, detail: '', code, limit: limit ?? null }
  return problemWords(new ProblemError(status, problem), { size: file.size })
}

/** The limits in words: how large, and how much there is room for. */
export function limitWords(server: ServerInfo | undefined, me: Me | undefined): string[] {
  const limits = uploadLimits(server, me)
  return [
    limits && `Up to ${formatBytes(limits.maxSize)} a file`,
    me && `${formatBytes(Math.max(0, me.quota - me.used))} of your storage free`,
  ].filter((part) => part !== undefined)
}

/** What is taken and what is not, in words. */
export function typeWords(server: ServerInfo | undefined): string[] {
  if (!server) return []
  const pixels = new Intl.NumberFormat('en').format(Math.floor(server.max_image_pixels / 1e6))
  const files = new Intl.NumberFormat('en').format(server.max_archive_files)
  const unpacked = formatBytes(server.max_archive_expansion)
  return [
    server.allowed_types.length > 0 && `Only ${typeList(server.allowed_types)}.`,
    server.refused_types.length > 0 && `No ${typeList(server.refused_types)}.`,
    `Pictures have up to ${pixels} million pixels; ZIPs unpack to ${unpacked} and ${files} files at most.`,
  ].filter((part) => part !== false)
}
