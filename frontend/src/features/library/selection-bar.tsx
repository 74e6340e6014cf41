/** What can be done to the ticked rows of the library. */
import { Download, FolderInput, Link2, Trash2 } from 'lucide-react'
import { Button } from '@/components/ui/button'
import { formatBytes, formatNumber } from '@/lib/format'
import { unfetchableTogether } from '@/lib/scan-words'
import { MOST_LINKED, type Picked } from './entry'
import { useFileActions } from './use-file-actions'
import { useRemoval } from './use-removal'

interface SelectionBarProps {
  /** At least one. */
  picked: Picked
  onShare: (picked: Picked) => void
  onMove: (picked: Picked) => void
  onClear: () => void
}

/** The bar; it stays in sight while the library scrolls. */
export function SelectionBar({ picked, onShare, onMove, onClear }: SelectionBarProps) {
  const { download, downloadAll } = useFileActions()
  const { remove } = useRemoval()
  const { files, folders } = picked
  const single = folders.length === 0 && files.length === 1 ? files[0] : undefined
  const isTooMuch = files.length > MOST_LINKED || folders.length > MOST_LINKED
  const reason = isTooMuch
    ? `A link leads to ${MOST_LINKED} files and as many folders at most: put them into a folder.`
    : unfetchableTogether(files)
  const unshared = isTooMuch || files.some(({ scan }) => scan === 'infected')
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
        <Button size="sm" disabled={unshared} onClick={() => onShare(picked)}>
          <Link2 aria-hidden />
          Create link
        </Button>
        <Button
          variant="secondary"
          size="sm"
          disabled={unfetchableTogether(files) !== undefined || folders.length > MOST_LINKED}
          onClick={() => void (single ? download(single) : downloadAll(picked))}
        >
          <Download aria-hidden />
          {single ? 'Download' : 'Download as ZIP'}
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
