/** One thing in the trash: since when, until when, and the two ways on. */
import { Folder, Undo2, X } from 'lucide-react'
import type { Trashed } from '@/api/types'
import { FileIcon } from '@/components/file-icon'
import { Button } from '@/components/ui/button'
import { Checkbox } from '@/components/ui/checkbox'
import { cn } from '@/lib/class-names'
import { formatBytes, formatCount, formatDateTime, formatRelative } from '@/lib/format'

interface TrashRowProps {
  item: Trashed
  /** Milliseconds since the epoch; one value for all rows. */
  now: number
  isSelected: boolean
  onToggle: () => void
  onRestore: () => void
  onRemove: () => void
}

/** Narrow screens have what the columns say under the name. */
export function TrashRow(props: TrashRowProps) {
  const { item, now, isSelected, onToggle, onRestore, onRemove } = props
  const { name, size, trashed_at, gone_at } = item
  const since = `${item.reason === 'expired' ? 'Expired' : 'Deleted'} ${formatRelative(Math.min(trashed_at, now), now)}`
  const gone = formatRelative(gone_at, now)
  return (
    <tr
      className={cn(
        'border-t border-line first:border-t-0',
        isSelected ? 'bg-accent-soft' : 'focus-within:bg-page hover:bg-page',
      )}
    >
      <td className="ps-4">
        <Checkbox aria-label={`Select ${name}`} checked={isSelected} onCheckedChange={onToggle} />
      </td>
      <td className="py-2 pe-2">
        <div className="flex items-center gap-3">
          <span className="hidden md:block">
            {item.is_folder ? (
              <span className="flex size-10 items-center justify-center text-muted">
                <Folder aria-hidden className="size-6" />
              </span>
            ) : (
              <FileIcon name={name} />
            )}
          </span>
          <div className="min-w-0">
            <p className="line-clamp-2 text-sm font-medium">{name}</p>
            {item.is_folder && (
              <p className="text-xs text-muted">Folder, {formatCount(item.files, 'file')}</p>
            )}
            <p className="text-xs text-muted md:hidden">
              {formatBytes(size)} · {since} · gone {gone}
            </p>
          </div>
        </div>
      </td>
      <td className="hidden text-end text-sm whitespace-nowrap tabular-nums md:table-cell">
        {formatBytes(size)}
      </td>
      <td
        className="hidden ps-6 text-sm text-muted md:table-cell"
        title={formatDateTime(trashed_at)}
      >
        {since}
      </td>
      <td className="hidden ps-4 text-sm text-muted md:table-cell" title={formatDateTime(gone_at)}>
        {gone}
      </td>
      <td className="pe-2">
        <div className="flex justify-end">
          <Button variant="quiet" size="icon" aria-label={`Restore ${name}`} onClick={onRestore}>
            <Undo2 aria-hidden />
          </Button>
          <Button
            variant="quiet"
            size="icon"
            aria-label={`Delete ${name} for good`}
            onClick={onRemove}
          >
            <X aria-hidden />
          </Button>
        </div>
      </td>
    </tr>
  )
}
