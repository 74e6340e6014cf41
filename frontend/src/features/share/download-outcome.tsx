/** What became of asking for a download: it has started, or why it has not. */
import { Check } from 'lucide-react'

interface DownloadOutcomeProps {
  started: boolean
  /** A sentence, where it was refused. */
  failure: string | undefined
}

/** A line of its own under what was asked for; nothing before anything was. */
export function DownloadOutcome({ started, failure }: DownloadOutcomeProps) {
  return (
    <>
      {started && (
        <p role="status" className="flex w-full items-center gap-2 text-sm text-accent">
          <Check aria-hidden className="size-4" />
          The download has started.
        </p>
      )}
      {failure !== undefined && (
        <p role="alert" className="w-full text-sm text-danger">
          {failure}
        </p>
      )}
    </>
  )
}
