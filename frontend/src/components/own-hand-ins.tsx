/** What one handed in oneself, and what became of it. On the upload page and the page of hand-ins. */
import { useInfiniteQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { ownHandInsQuery } from '@/api/hand-ins'
import type { HandInStatus, OwnHandIn } from '@/api/types'
import { FileIcon } from '@/components/file-icon'
import { MoreRows } from '@/components/more-rows'
import { RowsSkeleton } from '@/components/rows-skeleton'
import { ScanBadge } from '@/components/scan-badge'
import { Badge } from '@/components/ui/badge'
import { Notice } from '@/components/ui/notice'
import { formatBytes, formatDateTime, formatRelative } from '@/lib/format'
import { problemWords } from '@/lib/problem-words'
import { unfetchable } from '@/lib/scan-words'

/** The list, newest first; `empty` stands there while it has nothing in it. */
export function OwnHandIns({ empty }: { empty: ReactNode }) {
  const query = useInfiniteQuery(ownHandInsQuery)
  if (query.isPending) return <RowsSkeleton label="Loading what you handed in" />
  if (!query.data) return <Notice tone="danger">{problemWords(query.error)}</Notice>
  const handIns = query.data.pages.flatMap(({ items }) => items)
  if (handIns.length === 0) return empty
  return (
    <>
      <ul
        aria-label="What you handed in"
        className="divide-y divide-line rounded-md border border-line bg-surface"
      >
        {handIns.map((handIn) => (
          <Row
            key={`${handIn.handed_in_at} ${handIn.name}`}
            handIn={handIn}
            // Ages need not tick between one asking and the next.
            now={query.dataUpdatedAt}
          />
        ))}
      </ul>
      <MoreRows query={query} />
    </>
  )
}

const BADGES = {
  waiting: { tone: 'neutral', text: 'Waiting' },
  fetched: { tone: 'accent', text: 'Fetched' },
} as const satisfies Record<HandInStatus, unknown>

function Row({ handIn, now }: { handIn: OwnHandIn; now: number }) {
  const { tone, text } = BADGES[handIn.status]
  return (
    <li className="flex items-center gap-3 p-3 sm:px-4">
      <FileIcon name={handIn.name} />
      <div className="min-w-0 flex-1">
        <p className="line-clamp-2 text-sm font-medium break-words">{handIn.name}</p>
        <p className="text-xs text-muted tabular-nums" title={formatDateTime(handIn.handed_in_at)}>
          {formatBytes(handIn.size)} · {formatRelative(handIn.handed_in_at, now)}
        </p>
      </div>
      {unfetchable(handIn.scan) ? (
        <ScanBadge scan={handIn.scan} />
      ) : (
        <Badge tone={tone}>{text}</Badge>
      )}
    </li>
  )
}
