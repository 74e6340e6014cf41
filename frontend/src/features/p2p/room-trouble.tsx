/** Why the room is closed, and what to do about it. */
import { Button } from '@/components/ui/button'
import { Notice } from '@/components/ui/notice'
import type { RoomSnapshot } from './engine/room'
import { roomTrouble } from './words'

interface RoomTroubleProps {
  room: Pick<RoomSnapshot, 'failure'>
  onStartOver: () => void
}

/** Says it, and offers to try again. */
export function RoomTrouble({ room, onStartOver }: RoomTroubleProps) {
  const { what, next } = roomTrouble(room.failure)
  return (
    <Notice tone="danger" className="mt-6">
      <p className="font-medium">{what}</p>
      {next && <p className="mt-1">{next}</p>}
      <Button variant="secondary" size="sm" className="mt-3" onClick={onStartOver}>
        Try again
      </Button>
    </Notice>
  )
}
