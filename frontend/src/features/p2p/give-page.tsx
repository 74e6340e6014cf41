/** A guest's page in a room whose maker takes files: chooses some, and sends them there and nowhere else. */
import { Button } from '@/components/ui/button'
import { Card } from '@/components/ui/card'
import { type GuestRoom, isGiving } from './engine/guest-room'
import type { Member } from './engine/member'
import type { FileSender } from './engine/sender'
import { ChooseAgain } from './choose-again'
import { GuestFrame } from './guest-frame'
import { Outgoing } from './outgoing'
import { peerName } from './peer-look'
import { Reconnecting } from './reconnecting'
import { RoomTrouble } from './room-trouble'
import { SendTransfer } from './send-transfer'
import { TalkCard } from './talk-card'
import { TransferLine } from './transfer-line'
import { useAdding } from './use-adding'
import type { Arrival } from './use-arrival'
import { useAllEnded, useSnapshot, useTabTitle } from './use-room'
import { transferTrouble } from './words'

interface GivePageProps {
  guest: GuestRoom
  /** The member that takes files here. */
  takes: string
  arrival: Arrival
  onStartOver: () => void
}

/** Sends to whoever takes files here. */
export function GivePage({ guest, takes, arrival, onStartOver }: GivePageProps) {
  const { outbox, talk } = guest
  const room = useSnapshot(guest.room)
  const choice = useSnapshot(outbox.now)
  const add = useAdding(outbox)
  const members = room.members.filter(isGiving)
  const title = useTabTitle(members, 'Send files')
  const ended = useAllEnded(members)
  const closed = room.phase === 'closed'
  const going = !closed && !ended
  const choosing = going && !choice.accepted && choice.missing.length === 0

  return (
    <GuestFrame
      title={title}
      heading="Send files"
      about="What you choose goes straight to whoever sent you here. Keep this page open until it is done."
    >
      <Reconnecting phase={room.phase} />
      {closed && <RoomTrouble room={room} onStartOver={onStartOver} />}
      <div className="mt-6 grid grid-cols-[minmax(0,1fr)] gap-4">
        {members.map((member) => (
          <SendTransfer
            key={member.id}
            side="giver"
            member={member}
            self={room.self}
            name={peerName(member.id)}
            checkedBy={arrival.checkedBy}
            comparison={arrival.comparison}
          >
            {!closed && <Again member={member} onStartOver={onStartOver} />}
          </SendTransfer>
        ))}
        {members.length === 0 && !closed && <Gone self={room.self} takes={takes} />}
        {going && choice.missing.length > 0 && <ChooseAgain files={choice.missing} onAdd={add} />}
        {choosing && (
          <Outgoing
            choice={choice}
            onAdd={add}
            onRemove={(files) => outbox.remove(files)}
            onSend={() => outbox.send()}
          />
        )}
        {members.length > 0 && (
          <TalkCard
            talk={talk}
            over={!going}
            onFile={choosing ? (file) => add([{ file, path: '' }]) : undefined}
          />
        )}
      </div>
    </GuestFrame>
  )
}

interface AgainProps {
  member: Member<FileSender>
  onStartOver: () => void
}

/** What can be done after a transfer, while there is somebody to send to. */
function Again({ member, onStartOver }: AgainProps) {
  const { stage } = useSnapshot(member.transfer.state)
  const { gone } = useSnapshot(member.reach)
  if (gone) return null
  return (
    <Button variant="secondary" onClick={onStartOver}>
      {stage === 'failed' ? 'Try again' : 'Send something else'}
    </Button>
  )
}

/** Whoever took files here had left before we came back. */
function Gone({ self, takes }: { self: string | undefined; takes: string }) {
  const { what, next } = transferTrouble('giver', { code: 'left', foundBy: 'us' })
  return (
    <Card aria-label="Transfer">
      <TransferLine
        sender={self}
        receiver={takes}
        self={self}
        stage="failed"
        share={0}
        path={undefined}
      />
      <p role="status" className="mt-6 text-center text-lg font-semibold text-danger">
        {what}
      </p>
      <p className="mt-1 text-center text-sm text-muted">{next}</p>
    </Card>
  )
}
