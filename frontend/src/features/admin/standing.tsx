/** How things stand, whatever the time that is looked at: who and what has the most, and what was found and taken away. */
import type { FileKind, Stats } from '@/api/types'
import { Card, CardTitle } from '@/components/ui/card'
import { formatBytes, formatCount, formatNumber } from '@/lib/format'
import { Ranking } from './ranking'
import { rejectionWords } from './rejection-words'

const KIND_WORDS: Readonly<Record<FileKind, string>> = {
  image: 'Pictures',
  video: 'Films',
  audio: 'Sound',
  text: 'Text',
  pdf: 'PDFs',
  document: 'Office documents and books',
  archive: 'Archives',
  other: 'Other',
}

/** The tables. */
export function Standing({ stats }: { stats: Stats }) {
  const state: [label: string, value: string][] = [
    ['Rooms open', numberOr(stats.rooms_open)],
    ['Connected to signaling', numberOr(stats.sockets_open)],
    ['Share links, not expired', formatNumber(stats.shares)],
    ['Here today', formatNumber(stats.active_users.day)],
    ['Scanned, nothing found', formatNumber(stats.scans.clean)],
    ['Scanned, something found', formatNumber(stats.scans.infected)],
    ['Files purged', formatNumber(stats.purged.files)],
    ['Uploads given up', formatNumber(stats.purged.uploads)],
    ['Bytes purged', formatBytes(stats.purged.bytes)],
  ]
  return (
    <div className="grid gap-4 md:grid-cols-2 xl:grid-cols-4">
      <Ranking
        title="Stored by kind"
        empty="Nothing is stored."
        rows={stats.stored_by_kind.map(({ kind, bytes }) => ({
          key: kind,
          name: KIND_WORDS[kind],
          value: bytes,
          words: formatBytes(bytes),
        }))}
      />
      <Ranking
        title="Who stores the most"
        empty="Nobody stores anything."
        rows={stats.stored_by_user.map(({ id, username, used }) => ({
          key: id,
          name: username,
          value: used,
          words: formatBytes(used),
        }))}
      />
      <Ranking
        title="Links fetched the most"
        empty="No link has been used."
        rows={stats.top_shares.map(({ slug_begins, owner, downloads }) => ({
          key: slug_begins,
          name: (
            <>
              <span className="font-mono text-xs">/s/{slug_begins}…</span> of {owner}
            </>
          ),
          value: downloads,
          words: formatCount(downloads, 'download'),
        }))}
      />
      <Ranking
        title="Requests refused or failed"
        empty="No request has been refused."
        rows={stats.rejections.slice(0, 10).map(({ code, count }) => ({
          key: code,
          name: rejectionWords(code),
          value: count,
          words: formatNumber(count),
        }))}
      />
      <Card aria-label="At the moment, and in all of time" className="col-span-full">
        <CardTitle>At the moment, and in all of time</CardTitle>
        <dl className="mt-2 grid gap-x-12 text-sm md:grid-cols-2 xl:grid-cols-3">
          {state.map(([label, value]) => (
            <div key={label} className="flex justify-between gap-4 py-2">
              <dt className="text-muted">{label}</dt>
              <dd className="text-end tabular-nums">{value}</dd>
            </div>
          ))}
        </dl>
      </Card>
    </div>
  )
}

/** What runs apart nobody here knows. */
function numberOr(count: number | null | undefined): string {
  return typeof count === 'number' ? formatNumber(count) : 'not known here'
}
