/** One file of the library's table. */
import { Download, Ellipsis, Link2, Pencil, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'react-router'
import type { FileSummary } from '@/api/types'
import { FileIcon } from '@/components/file-icon'
import { ScanBadge } from '@/components/scan-badge'
import { Badge } from '@/components/ui/badge'
import { Button } from '@/components/ui/button'
import { Checkbox } from '@/components/ui/checkbox'
import { Menu, MenuItem } from '@/components/ui/menu'
import { cn } from '@/lib/class-names'
import { formatBytes, formatCount, formatDateTime, formatRelative } from '@/lib/format'
import { unfetchable } from '@/lib/scan-words'
import { RenameField } from './rename-field'
import { useFileActions } from './use-file-actions'

interface FileRowProps {
  file: FileSummary
  /** Milliseconds since the epoch; one value for all rows. */
  now: number
  selected: boolean
  onSelect: () => void
  onShare: () => void
}

/** Narrow screens have two columns: what the others say stands under the name there. */
export function FileRow({ file, now, selected, onSelect, onShare }: FileRowProps) {
  const [renaming, setRenaming] = useState(false)
  return (
    <tr
      className={cn(
        'group border-t border-line transition-colors first:border-t-0',
        selected ? 'bg-accent-soft' : 'hover:bg-page focus-within:bg-page',
      )}
    >
      <td className="w-12 ps-4">
        <Checkbox
          aria-label={`Select ${file.name}`}
          checked={selected}
          onCheckedChange={onSelect}
        />
      </td>
      <td className="py-2 pe-2">
        <div className="flex items-center gap-3">
          <span className="hidden md:block">
            <FileIcon name={file.name} />
          </span>
          {renaming ? (
            <RenameField file={file} onDone={() => setRenaming(false)} />
          ) : (
            <Name file={file} now={now} />
          )}
          {file.damaged && <Badge tone="danger">Damaged</Badge>}
          <ScanBadge scan={file.scan} />
        </div>
      </td>
      <td className="hidden px-4 text-end text-sm whitespace-nowrap tabular-nums md:table-cell">
        {formatBytes(file.size)}
      </td>
      <td
        className="hidden px-4 text-sm whitespace-nowrap text-muted md:table-cell"
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
      <td className="hidden px-4 text-end text-sm tabular-nums lg:table-cell">{file.downloads}</td>
      <td className="pe-2">
        <Actions file={file} onShare={onShare} onRename={() => setRenaming(true)} />
      </td>
    </tr>
  )
}

/** When a file was added: never a time to come, though it was after the table was drawn, or by a clock that is ahead of this one. */
function formatAdded({ created_at }: FileSummary, now: number) {
  return formatRelative(Math.min(created_at, now), now)
}

function Name({ file, now }: { file: FileSummary; now: number }) {
  const words = [
    formatBytes(file.size),
    formatAdded(file, now),
    file.shares > 0 && formatCount(file.shares, 'link'),
  ]
  return (
    <div className="min-w-0">
      <Link
        to={`?file=${file.id}`}
        preventScrollReset
        className="-mx-1 line-clamp-2 rounded-md px-1 text-sm font-medium hover:underline hover:underline-offset-4"
      >
        {file.name}
      </Link>
      <p className="text-xs text-muted md:hidden">{words.filter(Boolean).join(' · ')}</p>
    </div>
  )
}

interface ActionsProps {
  file: FileSummary
  onShare: () => void
  onRename: () => void
}

/** The two most wanted show on hover and on focus where there is room; all are in the menu. */
function Actions({ file, onShare, onRename }: ActionsProps) {
  const { download, remove } = useFileActions()
  const reason = unfetchable(file.scan)
  const unshared = file.scan === 'infected'
  return (
    <div className="flex justify-end">
      <div className="hidden opacity-0 transition-opacity group-focus-within:opacity-100 group-hover:opacity-100 md:flex">
        <Button
          variant="quiet"
          size="icon"
          aria-label={`Create link for ${file.name}`}
          disabled={unshared}
          onClick={onShare}
        >
          <Link2 aria-hidden />
        </Button>
        <Button
          variant="quiet"
          size="icon"
          aria-label={reason ? `Download ${file.name}. ${reason}` : `Download ${file.name}`}
          disabled={reason !== undefined}
          onClick={() => void download(file)}
        >
          <Download aria-hidden />
        </Button>
      </div>
      <Menu
        trigger={
          <Button variant="quiet" size="icon" aria-label={`Actions for ${file.name}`}>
            <Ellipsis aria-hidden />
          </Button>
        }
      >
        <MenuItem disabled={unshared} onSelect={onShare}>
          <Link2 aria-hidden />
          Create link
        </MenuItem>
        <MenuItem disabled={reason !== undefined} onSelect={() => void download(file)}>
          <Download aria-hidden />
          <span>
            Download
            {reason && <span className="block text-xs">{reason}</span>}
          </span>
        </MenuItem>
        <MenuItem onSelect={onRename}>
          <Pencil aria-hidden />
          Rename
        </MenuItem>
        <MenuItem className="text-danger" onSelect={() => remove([file])}>
          <Trash2 aria-hidden />
          Delete
        </MenuItem>
      </Menu>
    </div>
  )
}
