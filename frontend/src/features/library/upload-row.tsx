/** One file of the upload list. */
import { Link2, RotateCcw, X } from 'lucide-react'
import type { UploadedFile } from '@/api/types'
import { FileIcon } from '@/components/file-icon'
import { Badge } from '@/components/ui/badge'
import { Button } from '@/components/ui/button'
import { Progress } from '@/components/ui/progress'
import { formatBytes, formatDuration, formatSpeed } from '@/lib/format'
import { SCAN_WORDS } from '@/lib/scan-words'
import { canRetry, isUnderWay, type Upload } from './upload-queue'

interface UploadRowProps {
  upload: Upload
  onCancel: () => void
  onRetry: () => void
  /** Absent where files are only sent in. */
  onShare: ((file: UploadedFile) => void) | undefined
}

/** Name, bar, words, and the one thing that can be done about it now. */
export function UploadRow({ upload, onCancel, onRetry, onShare }: UploadRowProps) {
  const { state, name, size, sent, goal } = upload
  const shownName = state.is === 'done' ? state.file.name : name
  const from = goal.path === '' ? '' : `${goal.path}/`
  return (
    <li className="flex items-center gap-3 p-3 sm:px-4">
      <FileIcon name={name} />
      <div className="min-w-0 flex-1">
        <div className="flex items-center gap-2">
          <span className="truncate text-sm font-medium">
            {from && <span className="font-normal text-muted">{from}</span>}
            {shownName}
          </span>
          <StateBadge upload={upload} />
        </div>
        {isUnderWay(upload) && <Progress label={name} value={sent} max={size} className="my-1.5" />}
        <p
          className={
            state.is === 'failed' ? 'text-sm text-danger' : 'text-xs text-muted tabular-nums'
          }
        >
          {words(upload)}
        </p>
      </div>
      {isUnderWay(upload) && (
        <Button variant="quiet" size="icon" aria-label={`Cancel ${name}`} onClick={onCancel}>
          <X aria-hidden />
        </Button>
      )}
      {canRetry(upload) && (
        <Button variant="quiet" size="icon" aria-label={`Retry ${name}`} onClick={onRetry}>
          <RotateCcw aria-hidden />
        </Button>
      )}
      {state.is === 'done' && state.file.scan !== 'infected' && onShare && (
        <Button
          variant="quiet"
          size="icon"
          aria-label={`Create link for ${shownName}`}
          onClick={() => onShare(state.file)}
        >
          <Link2 aria-hidden />
        </Button>
      )}
    </li>
  )
}

const BADGES = {
  waiting: { tone: 'neutral', text: 'Waiting' },
  sending: { tone: 'accent', text: 'Uploading' },
  stalled: { tone: 'neutral', text: 'Reconnecting' },
  elsewhere: { tone: 'neutral', text: 'In another tab' },
  storing: { tone: 'accent', text: 'Storing' },
  done: { tone: 'accent', text: 'Uploaded' },
  cancelled: { tone: 'neutral', text: 'Cancelled' },
  failed: { tone: 'danger', text: 'Failed' },
} as const

function StateBadge({ upload: { state, handIn } }: { upload: Upload }) {
  const { tone, text } = BADGES[state.is]
  return (
    <Badge tone={tone} className="ms-auto">
      {state.is === 'done' && handIn ? 'Handed in' : text}
    </Badge>
  )
}

function words({ state, size, sent, speed, name }: Upload): string {
  switch (state.is) {
    case 'failed':
      return state.words
    case 'done':
      if (state.file.scan === 'infected') return SCAN_WORDS.infected
      return state.file.name === name
        ? formatBytes(size)
        : `${formatBytes(size)} · renamed, since ${name} was taken`
    case 'sending': {
      const progress = `${formatBytes(sent)} of ${formatBytes(size)}`
      if (!speed) return progress
      return `${progress} · ${formatSpeed(speed)} · ${formatDuration((size - sent) / speed)} left`
    }
    case 'stalled':
      return `${formatBytes(sent)} of ${formatBytes(size)} · goes on when the server can be reached`
    case 'elsewhere':
      return `${formatBytes(size)} · another tab sends it; it goes on here if that is closed`
    default:
      return formatBytes(size)
  }
}
