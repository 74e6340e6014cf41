/** Two words that stand on both screens, and what a person can say about them. Part of the transfer's line. */
import { ShieldQuestion } from 'lucide-react'
import { Button } from '@/components/ui/button'

/** What two people compare to know that nobody is between them. */
export interface Comparison {
  readonly words: string
  /** A person has said that they are the same. */
  readonly compared: boolean
  readonly onSame: () => void
  readonly onDifferent: () => void
}

/** Until somebody has compared them nothing is known of the other side, and the page says so. */
export function CompareWords({ words, onSame, onDifferent }: Comparison) {
  return (
    <div
      role="group"
      aria-label="Compare the words"
      className="mt-4 flex flex-col items-center gap-2 rounded-md bg-sunken p-3 text-center"
    >
      <p className="flex flex-wrap items-center justify-center gap-x-2 text-sm">
        <ShieldQuestion aria-hidden className="size-4 shrink-0 text-caution" />
        Compare the words: <strong className="font-mono font-semibold">{words}</strong>
      </p>
      <div className="flex flex-wrap justify-center gap-2">
        <Button variant="secondary" size="sm" onClick={onSame}>
          They match
        </Button>
        <Button variant="quiet" size="sm" onClick={onDifferent}>
          They differ
        </Button>
      </div>
      <p className="text-xs text-muted">If both screens say the same, nobody is in between.</p>
    </div>
  )
}
