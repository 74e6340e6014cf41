/** One file of the library's list. */
import { memo, useState } from 'react'
import { Link } from 'react-router'
import type { FileSummary } from '@/api/types'
import { FileIcon } from '@/components/file-icon'
import { ScanBadge } from '@/components/scan-badge'
import { Badge } from '@/components/ui/badge'
import { formatBytes, formatCount, formatDateTime, formatRelative } from '@/lib/format'
import { ExpiryBadge, ExpiryWords } from './expiry-mark'
import { FileRowActions } from './file-row-actions'
import { Passing } from './passing'
import { LocationLink } from './location-link'
import { RenameField } from './rename-field'
import { RowFrame } from './row-frame'
import type { RowProps } from './row-handlers'
import { useFileActions } from './use-file-actions'

interface FileRowProps extends RowProps {
  file: FileSummary
}

/** Narrow screens have two columns: what the others say stands under the name there. */
export const FileRow = memo(function FileRow({
  file,
  now,
  located,
  isPassing,
  ...row
}: FileRowProps) {
  const [renaming, setRenaming] = useState(false)
  return (
    <RowFrame entry={{ kind: 'file', file }} name={file.name} {...row}>
      {renaming ? (
        <RenameCell file={file} onDone={() => setRenaming(false)} />
      ) : (
        <>
          <td className="pe-2">
            <div className="flex items-center gap-3">
              <span className="hidden md:block">
                <FileIcon name={file.name} />
              </span>
              <Name file={file} panel={row.handlers.panelOf(file.id)} now={now} located={located} />
              {file.damaged && <Badge tone="danger">Damaged</Badge>}
              <ScanBadge scan={file.scan} />
              <ExpiryBadge file={file} now={now} />
            </div>
          </td>
          <td className="hidden text-end text-sm whitespace-nowrap tabular-nums md:table-cell">
            {formatBytes(file.size)}
          </td>
          <td
            className="hidden ps-4 text-sm whitespace-nowrap text-muted md:table-cell"
            title={formatDateTime(file.created_at)}
          >
            {formatAdded(file, now)}
          </td>
          <td className="hidden px-4 text-sm whitespace-nowrap md:table-cell">
            {file.shares > 0 ? (
              <Badge tone="accent">{formatCount(file.shares, 'link')}</Badge>
            ) : (
              <span className="text-muted">None</span>
            )}
          </td>
          <td className="hidden px-4 text-end text-sm tabular-nums lg:table-cell">
            {file.downloads}
          </td>
          <td className="pe-2">
            <Passing isPassing={isPassing} name={file.name}>
              <FileRowActions
                file={file}
                handlers={row.handlers}
                onRename={() => setRenaming(true)}
              />
            </Passing>
          </td>
        </>
      )}
    </RowFrame>
  )
})

/** The field takes the whole row: what it says when a name is refused needs the room. */
function RenameCell({ file, onDone }: { file: FileSummary; onDone: () => void }) {
  const { rename } = useFileActions()
  return (
    <td colSpan={6} className="pe-4">
      <RenameField current={file.name} onRename={(name) => rename(file, name)} onDone={onDone} />
    </td>
  )
}

/** When a file was added: never a time to come, though it was after the table was drawn, or by a clock that is ahead of this one. */
function formatAdded({ created_at }: FileSummary, now: number) {
  return formatRelative(Math.min(created_at, now), now)
}

interface NameProps {
  file: FileSummary
  /** Where its panel is. */
  panel: string
  now: number
  located: boolean
}

function Name({ file, now, located, panel }: NameProps) {
  const words = [
    formatBytes(file.size),
    formatAdded(file, now),
    file.shares > 0 && formatCount(file.shares, 'link'),
  ]
  return (
    <div className="min-w-0">
      <Link
        to={panel}
        preventScrollReset
        draggable={false}
        title={file.name}
        className="-mx-1 line-clamp-2 rounded-md px-1 text-sm font-medium hover:underline hover:underline-offset-4 md:line-clamp-1"
      >
        {file.name}
      </Link>
      {located ? (
        <p className="truncate text-xs text-muted">
          <ExpiryWords file={file} now={now} />
          <LocationLink folderId={file.folder_id ?? null} />
        </p>
      ) : (
        <p className="truncate text-xs text-muted md:hidden">
          <ExpiryWords file={file} now={now} />
          {words.filter(Boolean).join(' · ')}
        </p>
      )}
    </div>
  )
}
