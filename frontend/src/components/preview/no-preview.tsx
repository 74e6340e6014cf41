/** Says that a file is not shown, and why; it can be downloaded all the same. */
import { Download, EyeOff } from 'lucide-react'
import { Button } from '@/components/ui/button'

interface NoPreviewProps {
  words: string
  /** Where asking again may help. */
  onRetry?: (() => void) | undefined
  /** Absent where nobody may have it. */
  onDownload: (() => void) | undefined
}

/** In the middle of what the frame leaves. */
export function NoPreview({ words, onRetry, onDownload }: NoPreviewProps) {
  return (
    <div className="flex min-h-0 flex-1 flex-col items-center justify-center gap-4 overflow-y-auto p-6 text-center">
      <EyeOff aria-hidden className="size-8 text-muted" />
      <p role="status" className="max-w-md text-sm">
        {words}
      </p>
      <div className="flex flex-wrap justify-center gap-2">
        {onRetry && (
          <Button variant="secondary" onClick={onRetry}>
            Try again
          </Button>
        )}
        {onDownload && (
          <Button variant={onRetry ? 'quiet' : 'secondary'} onClick={onDownload}>
            <Download aria-hidden />
            Download file
          </Button>
        )}
      </div>
    </div>
  )
}
