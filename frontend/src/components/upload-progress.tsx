/** How far all the uploads together have got. On the pages that upload. */
import { Progress } from '@/components/ui/progress'
import { formatBytes, formatCount, formatDuration, formatPercent, formatSpeed } from '@/lib/format'
import { isUnderWay, type Upload } from '@/lib/uploads/upload-queue'

interface UploadProgressProps {
  list: readonly Upload<unknown>[]
  /** What is said of a file that has arrived. */
  arrived?: string
}

/** One bar for all, in words as well; a screen reader hears every tenth. */
export function UploadProgress({ list, arrived = 'uploaded' }: UploadProgressProps) {
  const counted = list.filter((upload) => isUnderWay(upload) || upload.state.is === 'done')
  const total = counted.reduce((sum, { size }) => sum + size, 0)
  const sent = counted.reduce((sum, upload) => sum + upload.sent, 0)
  const speed = counted.reduce((sum, upload) => sum + (upload.speed ?? 0), 0)
  const done = counted.filter(({ state }) => state.is === 'done').length
  const busy = done < counted.length
  const failed = list.filter(({ state }) => state.is === 'failed').length

  const summary = busy
    ? `${formatBytes(sent)} of ${formatBytes(total)}`
    : [
        done > 0 && `${formatCount(done, 'file')} ${arrived}`,
        failed > 0 && `${formatCount(failed, 'file')} not ${arrived}`,
      ]
        .filter(Boolean)
        .join(' · ')
  const spoken = busy ? `${Math.floor((sent / Math.max(1, total)) * 10) * 10}% ${arrived}` : summary

  return (
    <div>
      <div className="flex flex-wrap items-baseline justify-between gap-x-4 text-sm">
        <p className="font-medium tabular-nums">{summary}</p>
        {busy && (
          <p className="text-muted tabular-nums">
            {speed > 0 &&
              `${formatSpeed(speed)} · ${formatDuration((total - sent) / speed)} left · `}
            {formatPercent(sent, total)}
          </p>
        )}
      </div>
      {busy && <Progress label="All uploads" value={sent} max={total} className="mt-2" />}
      <p role="status" className="sr-only">
        {spoken}
      </p>
    </div>
  )
}
