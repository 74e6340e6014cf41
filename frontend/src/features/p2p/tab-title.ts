/** What the room page's tab is called: how far things are, for whoever looks at another tab meanwhile. */
import { formatCount, formatPercent } from '@/lib/format'
import type { TransferSnapshot } from './engine/transfer-state'

/** `42% · report.pdf · ShareSync` while something moves, else how it ended, else the page's own name. */
export function tabTitle(transfers: readonly TransferSnapshot[], page: string): string {
  const started = transfers.filter(({ accepted }) => accepted)
  const moving = started.filter(({ stage }) => stage === 'moving' || stage === 'checking')
  if (moving.length > 0) return title(share(moving), moving)
  const verified = started.filter(({ stage }) => stage === 'verified')
  if (verified.length > 0 && verified.length === started.length) return title('Verified', verified)
  return title(page, [])
}

function title(first: string, transfers: readonly TransferSnapshot[]): string {
  const what = new Set(transfers.map(({ files }) => subject(files)))
  // Everybody gets the same files as a rule; where not, there is no one name for them.
  return [first, ...(what.size === 1 ? what : []), 'ShareSync'].join(' · ')
}

function subject(files: TransferSnapshot['files']): string {
  const [first] = files
  return files.length === 1 && first ? first.name : formatCount(files.length, 'file')
}

/** How much of everything is there. */
function share(transfers: readonly TransferSnapshot[]): string {
  const written = transfers.reduce((sum, transfer) => sum + transfer.written, 0)
  const total = transfers.reduce((sum, transfer) => sum + transfer.total, 0)
  return formatPercent(written, total)
}
