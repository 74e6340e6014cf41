/** A transfer in words: its stage, how fast and how long, and what went wrong. */
import { CircleCheck } from 'lucide-react'
import { Progress } from '@/components/ui/progress'
import { cn } from '@/lib/class-names'
import { formatBytes, formatDuration, formatPercent, formatSpeed } from '@/lib/format'
import type { TransferSnapshot } from './engine/transfer-state'
import {
  heldWords,
  outcomeWords,
  type Side,
  stageWords,
  transferTrouble,
  type Trouble,
} from './words'

interface TransferStatusProps {
  side: Side
  transfer: TransferSnapshot
  /** The other side's page is not there at the moment. */
  away: boolean
  /** How it ended well, where there is more to say than usual. */
  verified?: string
  /** Why nothing moves, where that is this page's own matter. */
  waits?: Trouble | undefined
}

/** The words under the line. */
export function TransferStatus({ side, transfer, away, verified, waits }: TransferStatusProps) {
  const { stage, failure, accepted, written, total } = transfer
  const trouble = failure && transferTrouble(side, failure)
  const outcome = (stage === 'verified' ? verified : undefined) ?? outcomeWords(side, stage)
  const held = waits ?? heldWords(transfer, away)
  return (
    <div className="mt-6">
      <p
        role="status"
        className={cn(
          'flex items-center justify-center gap-2 text-center text-lg font-semibold',
          trouble && 'text-danger',
        )}
      >
        {stage === 'verified' && <CircleCheck aria-hidden className="size-6 text-accent" />}
        {trouble ? trouble.what : (held?.what ?? stageWords(side, stage))}
      </p>
      {(trouble ?? held ?? outcome) && (
        <p className="mt-1 text-center text-sm text-muted">
          {trouble?.next ?? held?.next ?? outcome}
        </p>
      )}
      {accepted && stage !== 'verified' && (
        <Progress
          label="All files"
          value={written}
          max={Math.max(total, 1)}
          tone={['failed', 'cancelled'].includes(stage) ? 'danger' : 'accent'}
          className="mt-4 h-2"
        />
      )}
      {accepted && <Figures transfer={transfer} />}
      <TenPercents transfer={transfer} side={side} />
    </div>
  )
}

function Figures({ transfer }: { transfer: TransferSnapshot }) {
  const { stage, written, total, rate, remaining } = transfer
  const moving = stage === 'moving' && !heldWords(transfer, false)
  return (
    <p className="mt-2 flex flex-wrap justify-center gap-x-4 text-sm text-muted tabular-nums">
      <span>
        {stage === 'verified'
          ? formatBytes(total)
          : `${formatBytes(written)} of ${formatBytes(total)}`}
      </span>
      {moving && <span>{formatSpeed(rate)}</span>}
      {moving && remaining !== undefined && <span>{formatDuration(remaining)} left</span>}
    </p>
  )
}

/** Tells those who do not see the bar at every tenth, and no more often. */
function TenPercents({ transfer, side }: Pick<TransferStatusProps, 'transfer' | 'side'>) {
  const { stage, written, total } = transfer
  const tenths = total > 0 ? Math.floor((written / total) * 10) : 0
  const text =
    stage === 'moving' && tenths > 0
      ? `${stageWords(side, stage)}: ${formatPercent(tenths, 10)}`
      : ''
  return (
    <p aria-live="polite" className="sr-only">
      {text}
    </p>
  )
}
