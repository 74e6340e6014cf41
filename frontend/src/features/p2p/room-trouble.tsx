/** Why the room is closed, and what to do about it. */
import { Button } from '@/components/ui/button'
import { Notice } from '@/components/ui/notice'
import type { RoomSnapshot } from './engine/room'
import { roomTrouble } from './words'

interface RoomTroubleProps {
  room: { failure: RoomSnapshot['failure'] | 'no_key' }
  onStartOver: () => void
}

/** Says it, and offers to try again, but for those who are not wanted. */
export function RoomTrouble({ room, onStartOver }: RoomTroubleProps) {
  const { what, next } = roomTrouble(room.failure)
  return (
    <Notice tone="danger" className="mt-6">
      <p className="font-medium">{what}</p>
      {next && <p className="mt-1">{next}</p>}
      {room.failure !== 'ejected' && (
        <Button variant="secondary" size="sm" className="mt-3" onClick={onStartOver}>
          {room.failure === 'displaced' ? 'Go on here' : 'Try again'}
        </Button>
      )}
    </Notice>
  )
}
