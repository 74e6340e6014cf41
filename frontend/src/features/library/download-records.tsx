/** Who fetched a file, when, and whether all of it, in the file's panel. */
import { useInfiniteQuery } from '@tanstack/react-query'
import type { Download } from '@/api/types'
import { Badge } from '@/components/ui/badge'
import { Notice } from '@/components/ui/notice'
import { Skeleton } from '@/components/ui/skeleton'
import { formatBytes, formatDateTime } from '@/lib/format'
import { problemWords } from '@/lib/problem-words'
import { downloadsQuery } from './library-queries'
import { MoreRows } from '@/components/more-rows'

interface DownloadRecordsProps {
  /** The file. */
  id: string
  /** Its size in bytes. */
  size: number
}

/** The records, newest first. */
export function DownloadRecords({ id, size }: DownloadRecordsProps) {
  const query = useInfiniteQuery(downloadsQuery(id))
  const records = query.data?.pages.flatMap(({ items }) => items)
  return (
    <section aria-labelledby="download-records">
      <h3 id="download-records" className="text-base font-semibold">
        Downloads
      </h3>
      {query.isPending && <Skeleton className="mt-2 h-14" />}
      {query.error && !query.data && <Notice tone="danger">{problemWords(query.error)}</Notice>}
      {records?.length === 0 && (
        <p className="mt-2 text-sm text-muted">Nobody has downloaded it yet.</p>
      )}
      <ul className="mt-2 divide-y divide-line">
        {records?.map((record) => (
          <RecordRow
            key={`${record.requested_at} ${record.by ?? record.recipient ?? ''}`}
            record={record}
            size={size}
          />
        ))}
      </ul>
      <MoreRows query={query} />
    </section>
  )
}

function RecordRow({ record, size }: { record: Download; size: number }) {
  return (
    <li className="flex items-center justify-between gap-4 py-3">
      <div className="min-w-0">
        <p className="truncate text-sm font-medium">
          {record.by ?? record.recipient ?? 'Someone with the link'}
        </p>
        <p className="text-xs text-muted">{formatDateTime(record.requested_at)}</p>
      </div>
      <div className="text-end">
        <Outcome record={record} />
        <p className="mt-1 text-xs text-muted tabular-nums">
          {record.direct
            ? 'How much of it came is not known'
            : `${formatBytes(record.bytes)} of ${formatBytes(size)}`}
        </p>
      </div>
    </li>
  )
}

function Outcome({ record }: { record: Download }) {
  // The server has handed out an address there, and seen nothing more of it.
  if (record.direct) return <Badge>Fetched from storage directly</Badge>
  if (record.completed) return <Badge tone="accent">Completed</Badge>
  if (typeof record.started_at === 'number') return <Badge tone="caution">Not completed</Badge>
  return <Badge>Not started</Badge>
}
