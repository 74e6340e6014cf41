/** A link's rules in a sentence. Used where its owner sees it. */
import type { OwnedShare, ShareAddress } from '@/api/types'
import { formatCount, formatDateTime } from '@/lib/format'

/** `Until Nov 22, 2026, 4:00 PM · up to 3 downloads a file · with a password`. */
export function shareRules(share: OwnedShare): string {
  const rules = []
  const isForAnybody = typeof share.url === 'string'
  if (typeof share.expires_at === 'number') rules.push(`until ${formatDateTime(share.expires_at)}`)
  if (share.one_time) {
    rules.push(isForAnybody ? 'for one person, each file once' : 'for each of them once')
  } else if (typeof share.max_downloads === 'number') {
    rules.push(`up to ${formatCount(share.max_downloads, 'download')} a file`)
  }
  if (share.password_required) {
    rules.push(share.names_shown ? 'with a password, names shown before it' : 'with a password')
  }
  if (rules.length === 0) {
    rules.push(isForAnybody ? 'anyone who has it can use it' : 'only those it names can use it')
  }
  if (share.notify) rules.push('you are mailed when a file was fetched')
  return sentence(rules)
}

/** What became of one of its addresses: `Opened 3 times, first Nov 22, 2026, 4:00 PM · 2 downloads`. */
export function addressUse({ opened_at, opens, downloads, revoked_at }: ShareAddress): string {
  const use = []
  if (typeof revoked_at === 'number') use.push(`revoked ${formatDateTime(revoked_at)}`)
  if (typeof opened_at !== 'number') use.push('not opened yet')
  else {
    const first = formatDateTime(opened_at)
    use.push(opens > 1 ? `opened ${opens} times, first ${first}` : `opened ${first}`)
  }
  if (downloads > 0) use.push(formatCount(downloads, 'download'))
  return sentence(use)
}

/** For whom a link with recipients is: `ann@example.com`, or `3 recipients`. */
export function recipientWords({ addresses }: OwnedShare): string {
  const working = addresses.filter(({ revoked_at }) => typeof revoked_at !== 'number')
  const [first] = working
  const only = working.length === 1 ? first?.recipient : undefined
  return only ?? formatCount(working.length, 'recipient')
}

function sentence(parts: readonly string[]): string {
  const words = parts.join(' · ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
