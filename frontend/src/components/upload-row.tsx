/** One file of a list of uploads. On the upload page, and where a file request is answered. */
import { Link2, Pause, Play, RotateCcw, X } from 'lucide-react'
import type { ScanState } from '@/api/types'
import { FileIcon } from '@/components/file-icon'
import { Badge } from '@/components/ui/badge'
import { Button } from '@/components/ui/button'
import { Progress } from '@/components/ui/progress'
import { formatBytes, formatDuration, formatSpeed } from '@/lib/format'
import { SCAN_WORDS } from '@/lib/scan-words'
import {
  canCancel,
  canPause,
  canRetry,
  isUnderWay,
  type Upload,
  type UploadQueue,
} from '@/lib/uploads/upload-queue'

/** What is looked at of a file that has arrived. */
interface Arrived {
  readonly name: string
  readonly scan?: ScanState
}

interface UploadRowProps<Sent extends Arrived> {
  upload: Upload<Sent>
  /** The queue that it is in. */
  queue: UploadQueue<Sent>
  /** What is said of one that has arrived. */
  arrived?: string
  /** Absent where files are only sent in. */
  onShare?: ((file: Sent) => void) | undefined
}

/** Name, bar, words, and what can be done about it now. */
export function UploadRow<Sent extends Arrived>(props: UploadRowProps<Sent>) {
  const { upload, queue, arrived = 'Uploaded', onShare } = props
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
          <StateBadge upload={upload} arrived={arrived} />
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
      <Handling upload={upload} queue={queue} />
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

/** The buttons of one that has not arrived. */
function Handling<Sent>({ upload, queue }: { upload: Upload<Sent>; queue: UploadQueue<Sent> }) {
  const { key, name, state } = upload
  const isPaused = state.is === 'paused'
  return (
    <div className="flex empty:hidden">
      {/* One button that changes: it keeps the focus. */}
      {(isPaused || canPause(upload)) && (
        <Button
          variant="quiet"
          size="icon"
          aria-label={`${isPaused ? 'Resume' : 'Pause'} ${name}`}
          onClick={() => (isPaused ? queue.resume(key) : queue.pause(key))}
        >
          {isPaused ? <Play aria-hidden /> : <Pause aria-hidden />}
        </Button>
      )}
      {canCancel(upload) && (
        <Button
          variant="quiet"
          size="icon"
          aria-label={`Cancel ${name}`}
          onClick={() => queue.cancel(key)}
        >
          <X aria-hidden />
        </Button>
      )}
      {canRetry(upload) && (
        <Button
          variant="quiet"
          size="icon"
          aria-label={`Retry ${name}`}
          onClick={() => queue.retry(key)}
        >
          <RotateCcw aria-hidden />
        </Button>
      )}
    </div>
  )
}

const BADGES = {
  wanted: { tone: 'caution', text: 'Not finished' },
  waiting: { tone: 'neutral', text: 'Waiting' },
  sending: { tone: 'accent', text: 'Uploading' },
  paused: { tone: 'neutral', text: 'Paused' },
  stalled: { tone: 'neutral', text: 'Reconnecting' },
  elsewhere: { tone: 'neutral', text: 'In another tab' },
  storing: { tone: 'accent', text: 'Storing' },
  cancelled: { tone: 'neutral', text: 'Cancelled' },
  failed: { tone: 'danger', text: 'Failed' },
} as const

interface StateBadgeProps {
  upload: Upload<unknown>
  arrived: string
}

function StateBadge({ upload: { state, handIn }, arrived }: StateBadgeProps) {
  const done = { tone: 'accent', text: handIn ? 'Handed in' : arrived } as const
  const { tone, text } = state.is === 'done' ? done : BADGES[state.is]
  return (
    <Badge tone={tone} className="ms-auto">
      {text}
    </Badge>
  )
}

function words({ state, size, sent, speed, name }: Upload<Arrived>): string {
  switch (state.is) {
    case 'wanted':
      return `${formatBytes(size)} · choose this file again to go on where it stopped`
    case 'paused':
      return `${formatBytes(sent)} of ${formatBytes(size)}`
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
