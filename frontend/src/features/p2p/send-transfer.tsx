/** One transfer as its sender sees it. */
import type { ReactNode } from 'react'
import { Button } from '@/components/ui/button'
import { Card } from '@/components/ui/card'
import type { Comparison } from './compare-words'
import type { Member } from './engine/member'
import type { FileSender } from './engine/sender'
import { hasEnded } from './engine/transfer-state'
import { FindOutWhy, useDoctor } from './connection-doctor'
import { FileList } from './file-list'
import { TransferLine } from './transfer-line'
import { TransferStatus } from './transfer-status'
import { PauseButton } from './pause-button'
import { useSnapshot } from './use-room'
import { absentWords, type CheckedBy, held, type Side } from './words'

interface SendTransferProps {
  side: Exclude<Side, 'receiver'>
  member: Member<FileSender>
  self: string | undefined
  /** What the receiver is called here. */
  name: string
  checkedBy: CheckedBy
  comparison: Comparison | undefined
  /** There are others. */
  several?: boolean
  /** What can be done about the receiver. */
  menu?: ReactNode
  /** What can be done once it is over. */
  children: ReactNode
}

/** A receiver, and what has become of the files on their way there. */
export function SendTransfer(props: SendTransferProps) {
  const { side, member, self, name, checkedBy, comparison } = props
  const { several = false, menu, children } = props
  const transfer = useSnapshot(member.transfer.state)
  const reach = useSnapshot(member.reach)
  const { stage, written, total, accepted, failure } = transfer
  const doctor = useDoctor(member)
  const ended = hasEnded(transfer)
  return (
    <Card aria-label={`Transfer to ${name}`}>
      <TransferLine
        sender={self}
        receiver={member.id}
        receiverName={name}
        self={self}
        stage={stage}
        share={stage === 'verified' ? 1 : written / Math.max(total, 1)}
        path={reach.path}
        onPath={doctor.ask}
        held={held(transfer)}
        checkedBy={checkedBy}
        comparison={comparison}
        compact={several}
      />
      <TransferStatus
        side={side}
        transfer={transfer}
        away={reach.away}
        waits={side === 'giver' ? absentWords(transfer, reach) : undefined}
      />
      {accepted && (
        <Files several={several}>
          <FileList transfer={transfer} />
        </Files>
      )}
      <div className="mt-4 flex flex-wrap items-center justify-center gap-2 empty:hidden">
        {failure?.code === 'connection' && <FindOutWhy onAsk={doctor.ask} />}
        {ended && children}
        {!ended && accepted && <PauseButton transfer={member.transfer} />}
        {!ended && stage !== 'connecting' && stage !== 'connected' && (
          <Button variant="secondary" onClick={() => member.transfer.cancel()}>
            Cancel
          </Button>
        )}
        {menu}
      </div>
      {doctor.dialog}
    </Card>
  )
}

/** Where several get the same files, they are listed for who wants to see them. */
function Files({ several, children }: { several: boolean; children: ReactNode }) {
  if (!several) return <div className="mt-4 border-t border-line">{children}</div>
  return (
    <details className="mt-4 border-t border-line pt-3">
      <summary className="text-sm font-medium">Each file</summary>
      {children}
    </details>
  )
}

/** Nobody has come yet. What is to be sent may be chosen meanwhile. */
export function WaitingForThem({
  self,
  children,
}: {
  self: string | undefined
  children?: ReactNode
}) {
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
      <p role="status" className="mt-4 text-center text-lg font-semibold">
        Waiting for the other side
      </p>
      {children}
    </Card>
  )
}
