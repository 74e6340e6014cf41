/** The hero of the room page: two ends, the line between them, and the file moving along it. */
import { Check, File as FileIcon, Pause, ShieldCheck, Unlink } from 'lucide-react'
import { cn } from '@/lib/class-names'
import type { Path } from './engine/connection'
import type { Stage } from './engine/transfer-state'
import { type Comparison, CompareWords } from './compare-words'
import { PathLabel } from './path-label'
import { PeerFace } from './peer-face'
import { peerName } from './peer-look'
import { type CheckedBy, checkedWords } from './words'

interface TransferLineProps {
  /** Ids of the two ends; undefined for one that has not come. */
  sender: string | undefined
  receiver: string | undefined
  /** What the receiver calls itself, where it is not named after its id. */
  receiverName?: string | undefined
  /** Our own id, which is named "You". */
  self: string | undefined
  /** `waiting` while there is no transfer. */
  stage: Stage | 'waiting'
  /** How far the file has come, from 0 to 1. */
  share: number
  path: Path | undefined
  /** Tells more about the path. */
  onPath?: () => void
  /** Why nothing moves although nothing has ended. */
  held?: 'paused' | 'interrupted' | undefined
  /** How this page knows that it talks to the right one. */
  checkedBy?: CheckedBy
  /** What people can still do to know it. */
  comparison?: Comparison | undefined
  /** Smaller, where there are several. */
  compact?: boolean
}

const OPEN = new Set<Stage | 'waiting'>(['waiting', 'connecting'])
const BROKEN = new Set<Stage | 'waiting'>(['failed', 'cancelled', 'declined'])

/** Drawn from the sender on the left to the receiver on the right, or mirrored where text is. */
export function TransferLine(props: TransferLineProps) {
  const { sender, receiver, receiverName, self, stage, share, path, onPath, held } = props
  const { checkedBy, comparison, compact = false } = props
  const connected = path !== undefined && !BROKEN.has(stage)
  return (
    <div>
      <div className="flex items-start gap-2 sm:gap-4">
        <End id={sender} self={self} compact={compact} />
        <div className={cn('relative h-6 min-w-0 flex-1', compact ? 'mt-3' : 'mt-5 sm:mt-7')}>
          <Track stage={stage} share={share} held={held} />
          {connected && onPath && <PathLabel path={path} onAsk={onPath} />}
        </div>
        <End id={receiver} name={receiverName} self={self} compact={compact} />
      </div>
      {connected && comparison?.compared === false && <CompareWords {...comparison} />}
      {connected && comparison?.compared !== false && checkedBy && (
        <p className="mt-3 flex items-center justify-center gap-1.5 text-center text-xs text-muted">
          <ShieldCheck aria-hidden className="size-3.5 shrink-0 text-accent" />
          {checkedWords(checkedBy)}
        </p>
      )}
    </div>
  )
}

interface EndProps {
  id: string | undefined
  name?: string | undefined
  self: string | undefined
  compact: boolean
}

function End({ id, name, self, compact }: EndProps) {
  const shown = id === undefined ? undefined : (name ?? peerName(id))
  return (
    <div className="flex w-16 flex-col items-center text-center sm:w-28">
      <PeerFace name={shown} className={compact ? 'size-12' : 'size-16 sm:size-20'} />
      <span
        className={cn('mt-2 text-sm font-medium text-balance', id === undefined && 'text-muted')}
      >
        {shown ?? 'Nobody yet'}
      </span>
      {id !== undefined && id === self && <span className="text-xs text-muted">You</span>}
    </div>
  )
}

interface TrackProps {
  stage: Stage | 'waiting'
  share: number
  held: TransferLineProps['held']
}

/** The line: dotted until there is a connection, and broken where the file had come to. */
function Track({ stage, share, held }: TrackProps) {
  const at = `${Math.max(0, Math.min(1, share)) * 100}%`
  const broken = BROKEN.has(stage)
  const open = OPEN.has(stage) || held === 'interrupted'
  return (
    <div aria-hidden className="absolute inset-x-3 inset-y-0">
      <div
        className={cn(
          'absolute inset-x-0 top-1/2 -translate-y-1/2 border-t-3 border-dotted',
          open ? 'border-line-strong' : 'border-line',
          !open && !broken && 'border-solid',
          (stage === 'connecting' || held === 'interrupted') && 'animate-breathe',
        )}
      />
      <div
        className={cn(
          'absolute start-0 top-1/2 h-[3px] -translate-y-1/2 rounded-full',
          broken ? 'bg-danger' : held ? 'bg-caution' : 'bg-accent',
        )}
        style={{ width: at }}
      />
      {!OPEN.has(stage) && stage !== 'connected' && (
        <Marker stage={stage} broken={broken} held={held} at={at} />
      )}
    </div>
  )
}

interface MarkerProps {
  stage: Stage | 'waiting'
  broken: boolean
  held: TransferLineProps['held']
  at: string
}

function Marker({ stage, broken, held, at }: MarkerProps) {
  return (
    <span className="absolute top-1/2 -translate-y-1/2" style={{ insetInlineStart: at }}>
      <span
        className={cn(
          'flex size-9 -translate-x-1/2 items-center justify-center rounded-full border-2 bg-surface rtl:translate-x-1/2',
          broken
            ? 'border-danger text-danger'
            : held
              ? 'border-caution text-caution'
              : 'border-accent text-accent',
          stage === 'verified' && 'bg-accent text-on-accent',
        )}
      >
        <MarkerIcon stage={stage} broken={broken} held={held} />
      </span>
    </span>
  )
}

function MarkerIcon({ stage, broken, held }: Omit<MarkerProps, 'at'>) {
  if (broken || held === 'interrupted') return <Unlink className="size-4" />
  if (held === 'paused') return <Pause className="size-4" />
  if (stage === 'verified') return <Check className="size-4" />
  return <FileIcon className="size-4" />
}
