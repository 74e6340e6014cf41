/** A link's rules in a sentence. Used where its owner sees it. */
import type { OwnedShare } from '@/api/types'
import { formatCount, formatDateTime } from '@/lib/format'

/** `Until Nov 22, 2026, 4:00 PM · up to 3 downloads · with a password`. */
export function shareRules(share: OwnedShare): string {
  const rules = []
  if (typeof share.expires_at === 'number') rules.push(`until ${formatDateTime(share.expires_at)}`)
  if (typeof share.max_downloads === 'number') {
    rules.push(`up to ${formatCount(share.max_downloads, 'download')} a file`)
  }
  if (share.password_required) rules.push('with a password')
  if (rules.length === 0) rules.push('anyone who has it can use it')
  if (share.notify) rules.push('you are mailed when a file was fetched')
  const sentence = rules.join(' · ')
  return sentence.charAt(0).toUpperCase() + sentence.slice(1)
}
