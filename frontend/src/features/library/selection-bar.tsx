/** What can be done to the ticked rows of the library. */
import { Download, Link2, Trash2 } from 'lucide-react'
import type { FileSummary } from '@/api/types'
import { Button } from '@/components/ui/button'
import { formatBytes, formatCount } from '@/lib/format'
import { unfetchableTogether } from '@/lib/scan-words'
import { useFileActions } from './use-file-actions'

interface SelectionBarProps {
  /** At least one. */
  selected: readonly FileSummary[]
  onShare: (files: readonly FileSummary[]) => void
  onClear: () => void
}

/** The bar; it stays in sight while the library scrolls. */
export function SelectionBar({ selected, onShare, onClear }: SelectionBarProps) {
  const { download, downloadAll, remove } = useFileActions()
  const [first, ...more] = selected
  const reason = unfetchableTogether(selected)
  const unshared = selected.some(({ scan }) => scan === 'infected')
  const size = selected.reduce((sum, file) => sum + file.size, 0)
  return (
    <section
      aria-label="Selected files"
      className="sticky top-2 z-20 mb-2 flex animate-enter flex-wrap items-center gap-2 rounded-md border border-accent bg-surface p-2 shadow-lift"
    >
      <div className="me-auto flex items-center gap-1 ps-1 sm:ps-2">
        <p role="status" className="text-sm font-medium">
          {selected.length} selected · {formatBytes(size)}
        </p>
        <Button variant="quiet" size="sm" aria-label="Clear selection" onClick={onClear}>
          Clear
        </Button>
      </div>
      {/* Under the rest where it is narrow, side by side. */}
      <div className="flex gap-2 max-sm:order-1 max-sm:w-full max-sm:flex-wrap max-sm:*:grow">
        <Button size="sm" disabled={unshared} onClick={() => onShare(selected)}>
          <Link2 aria-hidden />
          Create link
        </Button>
        {first && (
          <Button
            variant="secondary"
            size="sm"
            disabled={reason !== undefined}
            onClick={() => void (more.length === 0 ? download(first) : downloadAll(selected))}
          >
            <Download aria-hidden />
            {more.length === 0 ? 'Download' : 'Download as ZIP'}
          </Button>
        )}
      </div>
      <Button
        variant="danger"
        size="sm"
        aria-label={`Delete ${formatCount(selected.length, 'file')}`}
        onClick={() => {
          remove(selected)
          onClear()
        }}
      >
        <Trash2 aria-hidden />
        <span className="max-sm:sr-only">Delete</span>
      </Button>
      {reason && <p className="order-2 w-full ps-1 text-xs text-muted sm:ps-2">{reason}</p>}
    </section>
  )
}
