/** A progress bar: of a file, or of all of them. */
import { Progress as RadixProgress } from 'radix-ui'
import { cn } from '@/lib/class-names'

interface ProgressProps {
  /** What progresses, for those who do not see it: "report.pdf". */
  label: string
  /** Done so far, in the unit of `max`; `null` while nobody knows. */
  value: number | null
  /** The whole. Nought counts as done. */
  max: number
  /** `danger` where it has stopped for good. */
  tone?: 'accent' | 'danger' | 'muted'
  className?: string
}

const TONES = { accent: 'bg-accent', danger: 'bg-danger', muted: 'bg-line-strong' }

/** A bar that fills from the reading direction's start. */
export function Progress({ label, value, max, tone = 'accent', className }: ProgressProps) {
  const share = value === null ? 0 : max > 0 ? Math.min(1, value / max) : 1
  return (
    <RadixProgress.Root
      aria-label={label}
      value={value === null ? null : Math.round(share * 100)}
      max={100}
      className={cn('h-1.5 w-full overflow-hidden rounded-full bg-sunken', className)}
    >
      <RadixProgress.Indicator
        className={cn(
          'block h-full rounded-full',
          TONES[tone],
          value === null && 'animate-breathe',
        )}
        style={{ width: value === null ? '100%' : `${share * 100}%` }}
      />
    </RadixProgress.Root>
  )
}
