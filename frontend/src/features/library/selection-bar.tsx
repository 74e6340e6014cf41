/** What can be done to the ticked rows of the library. */
import { Download, FolderInput, Link2, Trash2 } from 'lucide-react'
import type { FileSummary } from '@/api/types'
import { Button } from '@/components/ui/button'
import { formatBytes, formatNumber } from '@/lib/format'
import { unfetchableTogether } from '@/lib/scan-words'
import type { Picked } from './entry'
import { useFileActions } from './use-file-actions'
import { useRemoval } from './use-removal'

interface SelectionBarProps {
  /** At least one. */
  picked: Picked
  onShare: (files: readonly FileSummary[]) => void
  onMove: (picked: Picked) => void
  onClear: () => void
}

/** The bar; it stays in sight while the library scrolls. */
export function SelectionBar({ picked, onShare, onMove, onClear }: SelectionBarProps) {
  const { download, downloadAll } = useFileActions()
  const { remove } = useRemoval()
  const { files, folders } = picked
  const [first, ...more] = files
  const hasFolders = folders.length > 0
  const reason = hasFolders
    ? 'Folders are neither linked to nor downloaded yet: choose the files in them.'
    : unfetchableTogether(files)
  const unshared = hasFolders || files.some(({ scan }) => scan === 'infected')
  const size = files.reduce((sum, file) => sum + file.size, 0)
  return (
    <section
      aria-label="Selected"
      className="sticky top-2 z-20 mb-2 flex animate-enter flex-wrap items-center gap-2 rounded-md border border-accent bg-surface p-2 shadow-lift"
    >
      <div className="me-auto flex items-center gap-1 ps-1 sm:ps-2">
        <p role="status" className="text-sm font-medium">
          {formatNumber(files.length + folders.length)} selected
          {files.length > 0 && ` · ${formatBytes(size)}`}
        </p>
        <Button variant="quiet" size="sm" aria-label="Clear selection" onClick={onClear}>
          Clear
        </Button>
      </div>
      {/* Under the rest where it is narrow, side by side. */}
      <div className="flex gap-2 max-sm:order-1 max-sm:grid max-sm:w-full max-sm:grid-cols-2">
        <Button size="sm" disabled={unshared} onClick={() => onShare(files)}>
          <Link2 aria-hidden />
          Create link
        </Button>
        <Button
          variant="secondary"
          size="sm"
          disabled={reason !== undefined}
          onClick={() => {
            if (first) void (more.length === 0 ? download(first) : downloadAll(files))
          }}
        >
          <Download aria-hidden />
          {files.length === 1 ? 'Download' : 'Download as ZIP'}
        </Button>
        <Button variant="secondary" size="sm" onClick={() => onMove(picked)}>
          <FolderInput aria-hidden />
          Move to…
        </Button>
        <Button
          variant="danger"
          size="sm"
          onClick={() => {
            void remove(picked).then((removed) => {
              if (removed) onClear()
            })
          }}
        >
          <Trash2 aria-hidden />
          Delete
        </Button>
      </div>
      {reason && <p className="order-2 w-full px-1 text-xs text-muted sm:px-2">{reason}</p>}
    </section>
  )
}
