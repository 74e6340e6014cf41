/** One transfer as its receiver sees it. */
import { Download } from 'lucide-react'
import { Link } from 'react-router'
import { Button } from '@/components/ui/button'
import { Card } from '@/components/ui/card'
import { paths } from '@/lib/paths'
import type { Comparison } from './compare-words'
import type { Received } from './engine/inbox'
import type { Member } from './engine/member'
import type { FileReceiver } from './engine/receiver'
import { saveFile } from './engine/saving'
import type { Stage, TransferSnapshot } from './engine/transfer-state'
import { FindOutWhy, useDoctor } from './connection-doctor'
import { FileList } from './file-list'
import { Offer } from './offer'
import { peerName } from './peer-look'
import { leaveWords, savedWords, savingWords } from './receive-words'
import { TransferLine } from './transfer-line'
import { TransferStatus } from './transfer-status'
import { PauseButton } from './pause-button'
import { useSnapshot } from './use-room'
import { type CheckedBy, held } from './words'

interface ReceiveTransferProps {
  member: Member<FileReceiver>
  self: string | undefined
  /** As whom the sender knows us, where that is not by our id. */
  selfName: string | undefined
  /** The files of this transfer that are there and can be saved again. */
  saved: Received['files']
  checkedBy: CheckedBy
  comparison: Comparison | undefined
  onStartOver: () => void
}

const MOVING: ReadonlySet<Stage> = new Set(['moving', 'checking'])

/** A sender, what is offered, and how far it has come. */
export function ReceiveTransfer({
  member,
  self,
  selfName,
  saved,
  checkedBy,
  comparison,
  onStartOver,
}: ReceiveTransferProps) {
  const transfer = useSnapshot(member.transfer.state)
  const { path, away } = useSnapshot(member.reach)
  const { place, waits } = useSnapshot(member.transfer.saving)
  const { stage, written, total, files } = transfer
  const doctor = useDoctor(member)
  const asks = place && waits && MOVING.has(stage) ? leaveWords(place) : undefined
  return (
    <Card aria-label={`Transfer from ${peerName(member.id)}`}>
      <TransferLine
        sender={member.id}
        receiver={self}
        receiverName={selfName}
        self={self}
        stage={stage}
        share={stage === 'verified' ? 1 : written / Math.max(total, 1)}
        path={path}
        onPath={doctor.ask}
        held={asks ? 'paused' : held(transfer)}
        checkedBy={checkedBy}
        comparison={comparison}
      />
      <TransferStatus
        side="receiver"
        transfer={transfer}
        away={away}
        verified={savedWords(place)}
        waits={asks}
      />
      {place && MOVING.has(stage) && (
        <p className="mt-1 text-center text-sm text-muted">
          <bdi>{savingWords(place)}</bdi>
        </p>
      )}
      {stage === 'offered' && (
        <Offer from={peerName(member.id)} transfer={transfer} receiver={member.transfer} />
      )}
      <Actions
        transfer={transfer}
        receiver={member.transfer}
        asks={asks !== undefined}
        onStartOver={onStartOver}
        onFindOut={doctor.ask}
      />
      {files.length > 0 && (
        <div className="mt-4 border-t border-line">
          <FileList
            transfer={transfer}
            action={({ number, name }) => {
              const file = saved.find((other) => other.number === number)?.file
              return file && <SaveAgain name={name} file={file} />
            }}
          />
        </div>
      )}
      {doctor.dialog}
    </Card>
  )
}

/** For browsers that stop a page after its first download, and for people who lost one. */
function SaveAgain({ name, file }: { name: string; file: File }) {
  return (
    <Button
      variant="quiet"
      size="icon"
      aria-label={`Save ${name} again`}
      onClick={() => saveFile(file)}
    >
      <Download aria-hidden />
    </Button>
  )
}

interface ActionsProps {
  transfer: TransferSnapshot
  receiver: FileReceiver
  /** It cannot go on before its person lets it. */
  asks: boolean
  onStartOver: () => void
  onFindOut: () => void
}

function Actions({ transfer, receiver, asks, onStartOver, onFindOut }: ActionsProps) {
  const { stage, failure } = transfer
  const row = 'mt-4 flex flex-wrap justify-center gap-2'
  switch (stage) {
    case 'moving':
    case 'checking':
      return (
        <div className={row}>
          {asks ? (
            <Button onClick={() => void receiver.askToGoOn()}>Go on saving</Button>
          ) : (
            <PauseButton transfer={receiver} />
          )}
          <Button variant="secondary" onClick={() => receiver.cancel()}>
            Cancel
          </Button>
        </div>
      )
    case 'failed':
    case 'cancelled':
      return (
        <div className={row}>
          {failure?.code === 'connection' && <FindOutWhy onAsk={onFindOut} />}
          <Button variant="secondary" onClick={onStartOver}>
            Try again
          </Button>
        </div>
      )
    case 'verified':
      return (
        <div className={row}>
          <Button variant="secondary" asChild>
            <Link to={paths.p2p}>Send something back</Link>
          </Button>
        </div>
      )
    default:
      return null
  }
}
