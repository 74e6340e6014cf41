/** The receiver's side of the room page: what is offered, and what has become of it. */
import { useState } from 'react'
import { Card } from '@/components/ui/card'
import { ReceivingRoom } from './engine/receiving-room'
import { ReceiveTransfer } from './receive-transfer'
import { RoomTrouble } from './room-trouble'
import { TransferLine } from './transfer-line'
import { useLeaveWarning, useOpenRoom, useSnapshot } from './use-room'

interface ReceivePageProps {
  room: string
  onStartOver: () => void
}

/** Receives from whoever made the room. */
export function ReceivePage({ room: id, onStartOver }: ReceivePageProps) {
  const [receiving] = useState(() => new ReceivingRoom(id))
  const room = useSnapshot(receiving.room)
  const inbox = useSnapshot(receiving.inbox)
  useOpenRoom(receiving.room)
  useLeaveWarning(room.busy)

  return (
    <div className="mx-auto max-w-3xl">
      <title>Receive · ShareSync</title>
      <h1 className="text-xl font-semibold">Receive files</h1>
      <p className="mt-1 text-muted">
        Straight from their browser to yours. Keep this page open until it is done.
      </p>
      {room.phase === 'closed' && <RoomTrouble room={room} onStartOver={onStartOver} />}
      <div className="mt-6 grid grid-cols-[minmax(0,1fr)] gap-4">
        {room.members.map((member) => (
          <ReceiveTransfer
            key={member.id}
            member={member}
            self={room.self}
            saved={inbox.files.filter((file) => file.from === member.transfer)}
            onStartOver={onStartOver}
          />
        ))}
        {room.members.length === 0 && room.phase !== 'closed' && (
          <Card aria-label="Transfer">
            <TransferLine
              sender={undefined}
              receiver={room.self}
              self={room.self}
              stage="waiting"
              share={0}
              path={undefined}
            />
            <p role="status" className="mt-6 text-center text-lg font-semibold">
              {room.phase === 'opening' ? 'Connecting' : 'Waiting for the other side'}
            </p>
          </Card>
        )}
      </div>
    </div>
  )
}
