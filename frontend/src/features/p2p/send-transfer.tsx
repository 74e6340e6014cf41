/** One transfer as its sender sees it. */
import type { ReactNode } from 'react'
import { Button } from '@/components/ui/button'
import { Card } from '@/components/ui/card'
import type { Member } from './engine/member'
import type { FileSender } from './engine/sender'
import { FileList } from './file-list'
import { peerName } from './peer-look'
import { TransferLine } from './transfer-line'
import { TransferStatus } from './transfer-status'
import { useSnapshot } from './use-room'

interface SendTransferProps {
  member: Member<FileSender>
  self: string | undefined
  /** What can be done once it is over. */
  children: ReactNode
}

/** A receiver, and what has become of the files on their way there. */
export function SendTransfer({ member, self, children }: SendTransferProps) {
  const transfer = useSnapshot(member.transfer.state)
  const { kind } = useSnapshot(member.path)
  const { stage, written, total, accepted } = transfer
  if (stage === 'failed' && transfer.failure?.code === 'left' && !accepted) {
    return <WaitingForThem self={self} />
  }
  const ended = ['verified', 'declined', 'cancelled', 'failed'].includes(stage)
  return (
    <Card aria-label={`Transfer to ${peerName(member.id)}`}>
      <TransferLine
        sender={self}
        receiver={member.id}
        self={self}
        stage={stage}
        share={stage === 'verified' ? 1 : written / Math.max(total, 1)}
        path={kind}
      />
      <TransferStatus side="sender" transfer={transfer} />
      {accepted && (
        <div className="mt-4 border-t border-line">
          <FileList transfer={transfer} />
        </div>
      )}
      {stage !== 'connecting' && stage !== 'connected' && (
        <div className="mt-4 flex justify-center gap-2">
          {ended ? (
            children
          ) : (
            <Button variant="secondary" onClick={() => member.transfer.cancel()}>
              Cancel
            </Button>
          )}
        </div>
      )}
    </Card>
  )
}

/** Nobody has come yet. */
export function WaitingForThem({ self }: { self: string | undefined }) {
  return (
    <Card aria-label="Transfer">
      <TransferLine
        sender={self}
        receiver={undefined}
        self={self}
        stage="waiting"
        share={0}
        path={undefined}
      />
      <p role="status" className="mt-6 text-center text-lg font-semibold">
        Waiting for the other side
      </p>
    </Card>
  )
}
