/** The page of whoever came by a room's link or code: gets files there, or sends some, as the room has it. */
import { useState } from 'react'
import { Card } from '@/components/ui/card'
import { GuestRoom } from './engine/guest-room'
import type { Claim } from './engine/room-memory'
import { LinkKey } from './secrecy/link-key'
import { GivePage } from './give-page'
import { GuestFrame } from './guest-frame'
import { ReceivePage } from './receive-page'
import { Reconnecting } from './reconnecting'
import { RoomTrouble } from './room-trouble'
import { TransferLine } from './transfer-line'
import { useArrival } from './use-arrival'
import { useLeaveWarning, useOpenRoom, useSnapshot, useWakeLock } from './use-room'

interface GuestPageProps {
  room: string
  /** What stands behind the `#` of the link. */
  linkKey: string
  claim: Claim
  onStartOver: () => void
}

/** Without the link's key there is nobody to be sure of. */
export function GuestPage({ room, linkKey, claim, onStartOver }: GuestPageProps) {
  const key = LinkKey.parse(linkKey)
  if (key) return <Guest room={room} linkKey={key} claim={claim} onStartOver={onStartOver} />
  return (
    <GuestFrame {...UNDECIDED}>
      <RoomTrouble room={{ failure: 'no_key' }} onStartOver={onStartOver} />
    </GuestFrame>
  )
}

/** What is said before the room has told what it is for. */
const UNDECIDED = {
  title: 'Room · ShareSync',
  heading: 'Room',
  about: 'Straight from browser to browser.',
}

interface GuestProps {
  room: string
  linkKey: LinkKey
  claim: Claim
  onStartOver: () => void
}

function Guest({ room: id, linkKey, claim, onStartOver }: GuestProps) {
  const [guest] = useState(() => new GuestRoom(id, linkKey, claim))
  const room = useSnapshot(guest.room)
  useOpenRoom(guest.room)
  useLeaveWarning(room.busy)
  useWakeLock(room.busy)
  const arrival = useArrival(() => guest.room.abandon())
  const page = { guest, arrival, onStartOver }

  if (room.takes !== undefined) return <GivePage {...page} takes={room.takes} />
  if (room.self !== undefined) return <ReceivePage {...page} />
  return (
    <GuestFrame {...UNDECIDED}>
      <Reconnecting phase={room.phase} />
      {room.phase === 'closed' ? (
        <RoomTrouble room={room} onStartOver={onStartOver} />
      ) : (
        <Card aria-label="Transfer" className="mt-6">
          <TransferLine
            sender={undefined}
            receiver={undefined}
            self={undefined}
            stage="waiting"
            share={0}
            path={undefined}
          />
          <p role="status" className="mt-6 text-center text-lg font-semibold">
            Connecting
          </p>
        </Card>
      )}
    </GuestFrame>
  )
}
