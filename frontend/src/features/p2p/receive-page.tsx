/** A guest's page in a room whose maker sends: what is offered, and what has become of it. */
import { Card } from '@/components/ui/card'
import { type GuestRoom, isReceiving } from './engine/guest-room'
import { GuestFrame } from './guest-frame'
import { ReceiveTransfer } from './receive-transfer'
import { Reconnecting } from './reconnecting'
import { RoomTrouble } from './room-trouble'
import { TalkCard } from './talk-card'
import { TransferLine } from './transfer-line'
import type { Arrival } from './use-arrival'
import { useAllEnded, useSnapshot, useTabTitle } from './use-room'

interface ReceivePageProps {
  guest: GuestRoom
  arrival: Arrival
  onStartOver: () => void
}

/** Receives from whoever made the room. */
export function ReceivePage({ guest, arrival, onStartOver }: ReceivePageProps) {
  const room = useSnapshot(guest.room)
  const { files } = useSnapshot(guest.inbox.now)
  const members = room.members.filter(isReceiving)
  const title = useTabTitle(members, 'Receive')
  const over = useAllEnded(members)
  const { checkedBy, comparison, name } = arrival

  return (
    <GuestFrame
      title={title}
      heading="Receive files"
      about="Straight from their browser to yours. Keep this page open until it is done."
    >
      <Reconnecting phase={room.phase} />
      {room.phase === 'closed' && <RoomTrouble room={room} onStartOver={onStartOver} />}
      <div className="mt-6 grid grid-cols-[minmax(0,1fr)] gap-4">
        {members.map((member) => (
          <ReceiveTransfer
            key={member.id}
            member={member}
            self={room.self}
            checkedBy={checkedBy}
            comparison={comparison}
            selfName={name}
            saved={files.filter((file) => file.from === member.transfer)}
            onStartOver={onStartOver}
          />
        ))}
        {members.length > 0 && <TalkCard talk={guest.talk} over={over} />}
        {members.length === 0 && room.phase !== 'closed' && (
          <Card aria-label="Transfer">
            <TransferLine
              sender={undefined}
              receiver={room.self}
              receiverName={name}
              self={room.self}
              stage="waiting"
              share={0}
              path={undefined}
            />
            <p role="status" className="mt-6 text-center text-lg font-semibold">
              Waiting for the other side
            </p>
            <p className="mt-1 text-center text-sm text-muted">
              Whoever sent you here has to have their page open.
            </p>
          </Card>
        )}
      </div>
    </GuestFrame>
  )
}
