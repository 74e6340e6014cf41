/** One file that was handed in, for an operator to fetch. */
import { Download } from 'lucide-react'
import { useState } from 'react'
import type { HandedIn } from '@/api/types'
import { FileIcon } from '@/components/file-icon'
import { ScanBadge } from '@/components/scan-badge'
import { Badge } from '@/components/ui/badge'
import { Button } from '@/components/ui/button'
import { cn } from '@/lib/class-names'
import { formatBytes, formatDateTime, formatRelative } from '@/lib/format'
import { unfetchable } from '@/lib/scan-words'

interface HandedInRowProps {
  file: HandedIn
  /** Milliseconds since the epoch; one value for all rows. */
  now: number
  /** Whether a mail led to it. */
  marked?: boolean
  onFetch: (file: HandedIn) => Promise<void>
}

/** What narrow screens have no column for stands under the name there. */
export function HandedInRow({ file, now, marked = false, onFetch }: HandedInRowProps) {
  return (
    <tr
      aria-current={marked ? true : undefined}
      className={cn(
        'border-t border-line transition-colors first:border-t-0',
        marked ? 'bg-accent-soft' : 'hover:bg-page focus-within:bg-page',
      )}
    >
      <td className="py-3 ps-4 pe-2">
        <div className="flex items-center gap-3">
          <span className="hidden lg:block">
            <FileIcon name={file.name} />
          </span>
          <div className="min-w-0">
            {marked && <p className="text-xs font-medium text-accent">From the mail</p>}
            <p className="line-clamp-2 text-sm font-medium wrap-anywhere">{file.name}</p>
            <Narrow file={file} now={now} />
          </div>
        </div>
      </td>
      <td className="hidden px-4 text-end text-sm whitespace-nowrap tabular-nums lg:table-cell">
        {formatBytes(file.size)}
      </td>
      <td className="hidden px-4 text-sm lg:table-cell">
        <p className="truncate" title={file.from}>
          {file.from}
        </p>
        <p className="truncate text-xs text-muted" title={file.from_email}>
          {file.from_email}
        </p>
      </td>
      <td
        className="hidden px-4 text-sm whitespace-nowrap text-muted lg:table-cell"
        title={formatDateTime(file.created_at)}
      >
        {formatRelative(file.created_at, now)}
      </td>
      <td className="hidden px-4 text-sm lg:table-cell">
        <Fetched file={file} />
      </td>
      <td className="pe-4 text-end">
        <FetchButton file={file} onFetch={onFetch} />
      </td>
    </tr>
  )
}

/** From whom, how much, when, and whether it was fetched. */
function Narrow({ file, now }: { file: HandedIn; now: number }) {
  return (
    <div className="lg:hidden">
      <p className="text-xs break-words text-muted">
        {file.from} · {file.from_email}
      </p>
      <p className="mb-1 text-xs text-muted">
        {formatBytes(file.size)} · {formatRelative(file.created_at, now)}
      </p>
      <Fetched file={file} />
    </div>
  )
}

function Fetched({ file: { fetched_at, fetched_by, scan, scan_found } }: { file: HandedIn }) {
  if (unfetchable(scan))
    return (
      <div className="flex flex-wrap items-baseline gap-x-2">
        <ScanBadge scan={scan} />
        {scan_found && <span className="text-xs break-all text-muted">{scan_found}</span>}
      </div>
    )
  if (typeof fetched_at !== 'number') return <Badge>Waiting</Badge>
  return (
    <div className="flex flex-wrap items-baseline gap-x-2">
      <Badge tone="accent" className="max-w-full">
        <span className="truncate">{fetched_by ? `Fetched by ${fetched_by}` : 'Fetched'}</span>
      </Badge>
      <span className="text-xs whitespace-nowrap text-muted">{formatDateTime(fetched_at)}</span>
    </div>
  )
}

function FetchButton({ file, onFetch }: Pick<HandedInRowProps, 'file' | 'onFetch'>) {
  const [asking, setAsking] = useState(false)
  const reason = unfetchable(file.scan)
  const fetchFile = async () => {
    setAsking(true)
    await onFetch(file)
    setAsking(false)
  }
  return (
    <Button
      variant="secondary"
      size="sm"
      disabled={asking || reason !== undefined}
      aria-label={reason ? `Fetch ${file.name}. ${reason}` : `Fetch ${file.name}`}
      onClick={() => void fetchFile()}
    >
      <Download aria-hidden />
      Fetch
    </Button>
  )
}
