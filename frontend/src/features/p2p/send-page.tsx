/** The sender's side of the room page: link, files, and everyone who came. */
import { useEffect, useState } from 'react'
import { Button } from '@/components/ui/button'
import { useToast } from '@/components/ui/toast-context'
import { cn } from '@/lib/class-names'
import { formatCount } from '@/lib/format'
import { takeFiles } from '@/lib/handoff'
import type { RoomSnapshot } from './engine/room'
import type { FileSender } from './engine/sender'
import { SendingRoom } from './engine/sending-room'
import { Outgoing } from './outgoing'
import { RoomLink } from './room-link'
import { RoomTrouble } from './room-trouble'
import { SendTransfer, WaitingForThem } from './send-transfer'
import { useLeaveWarning, useOpenRoom, useSnapshot } from './use-room'

/** Sends to whoever opens the link. */
export function SendPage({ onStartOver }: { onStartOver: () => void }) {
  const [sending] = useState(() => new SendingRoom())
  const room = useSnapshot(sending.room)
  const outbox = useSnapshot(sending.outbox)
  const add = useAdd(sending)
  useOpenRoom(sending.room)
  useLeaveWarning(room.busy)

  const closed = room.phase === 'closed'
  return (
    <>
      <title>Send now · ShareSync</title>
      <h1 className="text-xl font-semibold">Send now</h1>
      <p className="mt-1 text-muted">
        From your browser to theirs. Keep this page open until it is done.
      </p>
      {closed && <RoomTrouble room={room} onStartOver={onStartOver} />}
      <div className="mt-6 grid grid-cols-[minmax(0,1fr)] gap-4 lg:grid-cols-[minmax(0,1fr)_20rem] lg:items-start lg:gap-6">
        <div className="grid min-w-0 grid-cols-[minmax(0,1fr)] gap-4 lg:gap-6">
          <Members room={room} onStartOver={onStartOver} />
          {!outbox.accepted && (
            <Outgoing outbox={outbox} onAdd={add} onRemove={(file) => sending.remove(file)} />
          )}
        </div>
        {!closed && (
          // On a phone the link comes first once it is what is wanted: files are there, nobody else is.
          <div className={cn(outbox.files.length > 0 && !outbox.offered && 'max-lg:order-first')}>
            <RoomLink room={room.room} />
          </div>
        )}
      </div>
    </>
  )
}

/** Adds files, those from the home page first, and says how many were too many. */
function useAdd(sending: SendingRoom): (files: File[]) => void {
  const toast = useToast()
  useEffect(() => {
    sending.add(takeFiles())
  }, [sending])
  return (files) => {
    const left = sending.add(files)
    if (left > 0) {
      toast({ title: `${formatCount(left, 'file')} left out: that is more than a room takes.` })
    }
  }
}

interface MembersProps {
  room: RoomSnapshot<FileSender>
  onStartOver: () => void
}

function Members({ room: { members, self, busy }, onStartOver }: MembersProps) {
  // Whoever looked in and left before accepting anything is of no more interest.
  const here = members.filter((member) => {
    const { failure, accepted } = member.transfer.state.getSnapshot()
    return accepted || failure?.code !== 'left'
  })
  if (here.length === 0) return <WaitingForThem self={self} />
  return here.map((member) => (
    <SendTransfer key={member.id} member={member} self={self}>
      {!busy && (
        <Button variant="secondary" onClick={onStartOver}>
          Send something else
        </Button>
      )}
    </SendTransfer>
  ))
}
