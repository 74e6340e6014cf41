/** A file request in words, as its owner sees it. */
import type { OwnedFileRequest, ReceivedBy } from '@/api/types'
import {
  formatBytes,
  formatCount,
  formatDateTime,
  formatNumber,
  formatRelative,
} from '@/lib/format'
import { typeList } from '@/lib/type-words'

/** Why a request takes nothing now; nothing where it does. */
export function requestStop(request: OwnedFileRequest, now: number): string | undefined {
  if (request.folder_in_trash) return 'Folder in the trash'
  if (typeof request.expires_at === 'number' && request.expires_at <= now) return 'Expired'
  if (typeof request.max_files === 'number' && request.received >= request.max_files) return 'Full'
  return undefined
}

/** How many files have come, and when the last: `3 of 10 files · last 5 minutes ago`. */
export function receivedWords(request: OwnedFileRequest, now: number): string {
  const { received, max_files: most, last_received_at: last } = request
  const count =
    typeof most === 'number'
      ? `${formatNumber(received)} of ${formatCount(most, 'file')}`
      : received === 0
        ? 'No files yet'
        : formatCount(received, 'file')
  if (typeof last !== 'number') return count
  return `${count} · last ${formatRelative(Math.min(last, now), now)}`
}

/** `Until Nov 22, 2026, 4:00 PM · up to 20 MB a file · only pictures · with a password`. */
export function requestRules(request: OwnedFileRequest): string {
  const { expires_at: until, max_files: most, max_file_size: largest, types } = request
  const rules = [
    typeof until === 'number' ? `until ${formatDateTime(until)}` : 'until you end it',
    typeof most === 'number' && `up to ${formatCount(most, 'file')}`,
    typeof largest === 'number' && `up to ${formatBytes(largest)} a file`,
    types.length > 0 && `only ${typeList(types)}`,
    request.password_required && 'with a password',
    request.notify && 'you are mailed when files have come',
  ]
  const words = rules.filter((rule) => rule !== false).join(' · ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** How a file came: `Ann, through “Photos”`. */
export function receivedBy({ request, sender }: ReceivedBy): string {
  return `${sender ?? 'Somebody who did not say who they are'}, through “${request}”`
}
