/** A file behind a link: its name, and the ways to it. */
import { useMutation } from '@tanstack/react-query'
import { Download, Eye } from 'lucide-react'
import type { SharedFile } from '@/api/types'
import { FileIcon } from '@/components/file-icon'
import { ScanBadge } from '@/components/scan-badge'
import { Button } from '@/components/ui/button'
import { formatBytes } from '@/lib/format'
import { problemWords } from '@/lib/problem-words'
import { SCAN_WORDS, unfetchable } from '@/lib/scan-words'
import { DownloadOutcome } from './download-outcome'
import { indent } from './indent'

interface RowProps {
  file: SharedFile
  /** Whether it is the only one. */
  single: boolean
  /** How many folders it lies in. */
  depth: number
  onDownload: (file: SharedFile) => Promise<void>
  onPreview: () => void
}

/** The row. */
export function SharedFileRow({ file, single, depth, onDownload, onPreview }: RowProps) {
  const download = useMutation({ mutationFn: () => onDownload(file) })
  const unscanned = unfetchable(file.scan) !== undefined
  // Two buttons, or folders, leave a name no room where it is narrow: there their pictures do.
  const words = !single && (file.preview || depth > 0) ? 'max-sm:sr-only' : undefined
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 py-3" style={indent(depth)}>
      <FileIcon name={file.name} />
      <div className="min-w-0 flex-1">
        <p className="text-sm font-medium">{file.name}</p>
        <p className="text-xs text-muted">
          {formatBytes(file.size)} · {SCAN_WORDS[file.scan]}
        </p>
      </div>
      {/* Where it is narrow, the words do. */}
      <div className="empty:hidden max-sm:hidden">
        <ScanBadge scan={file.scan} />
      </div>
      {file.preview && (
        <Button
          aria-label={single ? undefined : `Preview ${file.name}`}
          variant="secondary"
          size={single ? 'md' : 'sm'}
          className={single ? 'w-full sm:w-auto' : undefined}
          disabled={unscanned}
          onClick={onPreview}
        >
          <Eye aria-hidden />
          <span className={words}>Preview</span>
        </Button>
      )}
      <Button
        aria-label={single ? undefined : `Download ${file.name}`}
        variant={single ? 'primary' : 'secondary'}
        size={single ? 'md' : 'sm'}
        className={single ? 'w-full sm:w-auto' : undefined}
        disabled={download.isPending || unscanned}
        onClick={() => download.mutate()}
      >
        <Download aria-hidden />
        <span className={words}>Download</span>
      </Button>
      <DownloadOutcome
        started={download.isSuccess}
        failure={download.error ? problemWords(download.error) : undefined}
      />
    </li>
  )
}
