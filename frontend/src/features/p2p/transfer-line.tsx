/** The hero of the room page: two ends, the line between them, and the file moving along it. */
import { Check, File as FileIcon, Unlink } from 'lucide-react'
import { cn } from '@/lib/class-names'
import type { Path } from './engine/peer-link'
import type { Stage } from './engine/transfer-state'
import { PeerFace } from './peer-face'
import { peerName } from './peer-look'

interface TransferLineProps {
  /** Ids of the two ends; undefined for one that has not come. */
  sender: string | undefined
  receiver: string | undefined
  /** Our own id, which is named "You". */
  self: string | undefined
  /** `waiting` while there is no transfer. */
  stage: Stage | 'waiting'
  /** How far the file has come, from 0 to 1. */
  share: number
  path: Path | undefined
}

const PATHS: Record<Path, string> = { direct: 'Direct', turn: 'TURN' }

const OPEN = new Set<Stage | 'waiting'>(['waiting', 'connecting'])
const BROKEN = new Set<Stage | 'waiting'>(['failed', 'cancelled', 'declined'])

/** Drawn from the sender on the left to the receiver on the right, or mirrored where text is. */
export function TransferLine(props: TransferLineProps) {
  const { sender, receiver, self, stage, share, path } = props
  return (
    <div className="flex items-start gap-2 sm:gap-4">
      <End id={sender} self={self} />
      <div className="relative mt-7 h-6 min-w-0 flex-1 sm:mt-9">
        <Track stage={stage} share={share} />
        {path && !BROKEN.has(stage) && (
          <span className="absolute inset-x-0 top-8 text-center text-xs text-muted">
            {PATHS[path]}
          </span>
        )}
      </div>
      <End id={receiver} self={self} />
    </div>
  )
}

function End({ id, self }: { id: string | undefined; self: string | undefined }) {
  const name = id === undefined ? 'Nobody yet' : peerName(id)
  return (
    <div className="flex w-16 flex-col items-center text-center sm:w-28">
      <PeerFace id={id} className="size-16 sm:size-20" />
      <span className={cn('mt-2 text-sm font-medium', id === undefined && 'text-muted')}>
        {name}
      </span>
      {id !== undefined && id === self && <span className="text-xs text-muted">You</span>}
    </div>
  )
}

/** The line: dotted until there is a connection, and broken where the file had come to. */
function Track({ stage, share }: { stage: Stage | 'waiting'; share: number }) {
  const at = `${Math.max(0, Math.min(1, share)) * 100}%`
  const broken = BROKEN.has(stage)
  return (
    <div aria-hidden className="absolute inset-x-3 inset-y-0">
      <div
        className={cn(
          'absolute inset-x-0 top-1/2 -translate-y-1/2 border-t-3 border-dotted',
          OPEN.has(stage) ? 'border-line-strong' : 'border-line',
          !OPEN.has(stage) && !broken && 'border-solid',
          stage === 'connecting' && 'animate-breathe',
        )}
      />
      <div
        className={cn(
          'absolute start-0 top-1/2 h-[3px] -translate-y-1/2 rounded-full',
          broken ? 'bg-danger' : 'bg-accent',
        )}
        style={{ width: at }}
      />
      {!OPEN.has(stage) && stage !== 'connected' && (
        <Marker stage={stage} broken={broken} at={at} />
      )}
    </div>
  )
}

function Marker({ stage, broken, at }: { stage: Stage | 'waiting'; broken: boolean; at: string }) {
  const Icon = broken ? Unlink : stage === 'verified' ? Check : FileIcon
  return (
    <span className="absolute top-1/2 -translate-y-1/2" style={{ insetInlineStart: at }}>
      <span
        className={cn(
          'flex size-9 -translate-x-1/2 items-center justify-center rounded-full border-2 bg-surface rtl:translate-x-1/2',
          broken ? 'border-danger text-danger' : 'border-accent text-accent',
          stage === 'verified' && 'bg-accent text-on-accent',
        )}
      >
        <Icon className="size-4" />
      </span>
    </span>
  )
}
