/** For how long files are kept, as people choose it and are told. Used where files are uploaded and in the library. */
import type { FileSummary, Me, ServerInfo } from '@/api/types'
import { formatCount, formatDateTime, formatRelative } from '@/lib/format'
import type { Lifetime } from '@/lib/uploads/lifetime'

/** What may be said of one that is stored already. */
export type ChangedLifetime = Exclude<Lifetime, 'usual'>

/** One thing to choose, for a `Choice`. */
interface Option {
  value: string
  label: string
}

/** Seconds, from a minute that anybody thinks in to the longest that a server takes. */
const LIFETIMES = [
  { seconds: 3600, words: 'one hour' },
  { seconds: 86_400, words: 'one day' },
  { seconds: 3 * 86_400, words: 'three days' },
  { seconds: 7 * 86_400, words: 'one week' },
  { seconds: 30 * 86_400, words: '30 days' },
  { seconds: 365 * 86_400, words: 'one year' },
]

const DAY_MS = 86_400_000

/** What somebody may choose of a file that is yet to be stored; the first is what is usual. */
export function uploadChoices(server: ServerInfo, me: Me): Option[] {
  const usual = server.file_expiry_days * 86_400
  const others = LIFETIMES.filter(
    ({ seconds }) => seconds <= me.max_expires_in && seconds !== usual,
  )
  return [
    { value: 'usual', label: `${formatCount(server.file_expiry_days, 'day')}, as usual` },
    ...others.map(({ seconds, words }) => ({ value: String(seconds), label: sentence(words) })),
    ...(me.may_keep ? [{ value: 'keep', label: 'Until I delete it' }] : []),
  ]
}

/** What somebody may choose of a file that is stored, from `now` on. */
export function changeChoices(file: FileSummary, me: Me, now: number): Option[] {
  const bound = me.may_keep ? Infinity : file.created_at + me.max_expires_in * 1000
  const later = LIFETIMES.filter(
    ({ seconds }) => seconds <= me.max_expires_in && now + seconds * 1000 <= bound,
  )
  return [
    ...later.map(({ seconds, words }) => ({
      value: String(seconds),
      label: `${sentence(words)} from now`,
    })),
    ...(me.may_keep ? [{ value: 'keep', label: 'When I delete it' }] : []),
  ]
}

/** What was chosen of a file that is yet to be stored. */
export function lifetimeOf(value: string): Lifetime {
  return value === 'usual' ? value : changedLifetimeOf(value)
}

/** What was chosen of one that is stored. */
export function changedLifetimeOf(value: string): ChangedLifetime {
  return value === 'keep' ? value : Number(value)
}

/** Whether a file expires within the time in which its owner is warned. */
export function expiresSoon({ expires_at }: FileSummary, server: ServerInfo, now: number): boolean {
  if (typeof expires_at !== 'number') return false
  return expires_at - now <= server.expiry_warning_days * DAY_MS
}

/** `in 5 hours`: never a time that has gone, though this page's clock may be ahead of the server's. */
export function formatExpiry(expiresAt: number, now: number): string {
  return formatRelative(Math.max(expiresAt, now + 1), now)
}

/** Until when a file is there: `Nov 30, 2026, 4:00 PM (in 3 days)`. */
export function keptUntil({ expires_at }: FileSummary, now: number): string {
  if (typeof expires_at !== 'number') return 'you delete it'
  return `${formatDateTime(expires_at)} (${formatExpiry(expires_at, now)})`
}

function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1)
}
