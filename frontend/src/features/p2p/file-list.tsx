/** The files of a transfer, each with what has become of it. */
import { CircleCheck, File as FileIcon } from 'lucide-react'
import { memo, type ReactNode } from 'react'
import { Progress } from '@/components/ui/progress'
import { formatBytes, formatCount, formatPercent } from '@/lib/format'
import type { TransferFile, TransferSnapshot } from './engine/transfer-state'

/** Rows drawn at most: nobody reads more, and thousands would slow the page down. */
const MAX_ROWS = 100

interface FileListProps {
  transfer: TransferSnapshot
  /** What can be done with a file, at the end of its row. */
  action?: (file: TransferFile) => ReactNode
}

/** The list. Files pass one after the other, so that one number tells the progress of each. */
export function FileList({ transfer, action }: FileListProps) {
  const { files, written, verified, accepted, stage } = transfer
  const first = Math.max(0, Math.min(verified - 1, files.length - MAX_ROWS))
  const rows = files.slice(first, first + MAX_ROWS)
  const stopped = ['failed', 'cancelled', 'declined'].includes(stage)
  return (
    <>
      {first > 0 && <More count={first} where="before" />}
      <ul aria-label="Files" className="divide-y divide-line">
        {rows.map((file, at) => (
          <FileRow
            key={file.number}
            name={file.name}
            size={file.size}
            done={accepted ? Math.max(0, Math.min(file.size, written - file.start)) : undefined}
            verified={first + at < verified}
            stopped={stopped}
          >
            {action?.(file)}
          </FileRow>
        ))}
      </ul>
      {first + rows.length < files.length && (
        <More count={files.length - first - rows.length} where="more" />
      )}
    </>
  )
}

function More({ count, where }: { count: number; where: string }) {
  return (
    <p className="py-3 text-sm text-muted">
      {formatCount(count, 'file')} {where}
    </p>
  )
}

interface FileRowProps {
  name: string
  size: number
  /** Bytes that are there; undefined before anything moves. */
  done: number | undefined
  verified: boolean
  /** It will not go on. */
  stopped: boolean
  children?: ReactNode
}

const FileRow = memo(function FileRow({
  name,
  size,
  done,
  verified,
  stopped,
  children,
}: FileRowProps) {
  const Icon = verified ? CircleCheck : FileIcon
  return (
    <li className="flex items-center gap-3 py-3">
      <Icon aria-hidden className={`size-5 shrink-0 ${verified ? 'text-accent' : 'text-muted'}`} />
      <div className="min-w-0 flex-1">
        <div className="flex flex-wrap items-baseline gap-x-3 text-sm">
          <span className="flex min-w-0 basis-full font-medium sm:flex-1 sm:basis-0" title={name}>
            <bdi className="truncate">{name}</bdi>
          </span>
          <span className="shrink-0 text-muted tabular-nums">{formatBytes(size)}</span>
          {done !== undefined && (
            <span className="shrink-0 tabular-nums sm:w-16 sm:text-end">
              {verified ? 'Verified' : formatPercent(done, Math.max(size, 1))}
            </span>
          )}
        </div>
        {done !== undefined && !verified && (
          <Progress
            label={name}
            value={done}
            max={Math.max(size, 1)}
            tone={stopped ? 'muted' : 'accent'}
            className="mt-2"
          />
        )}
      </div>
      {children}
    </li>
  )
})
