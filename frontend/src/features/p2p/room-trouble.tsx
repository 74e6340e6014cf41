/** Why the room is closed, and what to do about it. */
import { useNavigate, useParams } from 'react-router'
import { Button } from '@/components/ui/button'
import { Notice } from '@/components/ui/notice'
import { paths } from '@/lib/paths'
import type { RoomSnapshot } from './engine/room'
import { roomTrouble } from './words'

interface RoomTroubleProps {
  room: { failure: RoomSnapshot['failure'] | 'no_key' }
  onStartOver: () => void
}

/** Says it, and offers to try again, but for those who are not wanted. */
export function RoomTrouble({ room, onStartOver }: RoomTroubleProps) {
  const startOver = useStartOver(room.failure, onStartOver)
  const { what, next } = roomTrouble(room.failure)
  return (
    <Notice tone="danger" className="mt-6">
      <p className="font-medium">{what}</p>
      {next && <p className="mt-1">{next}</p>}
      {room.failure !== 'ejected' && (
        <Button variant="secondary" size="sm" className="mt-3" onClick={startOver}>
          {buttonWords(room.failure)}
        </Button>
      )}
    </Notice>
  )
}

function buttonWords(failure: RoomSnapshot['failure'] | 'no_key'): string {
  if (failure === 'displaced') return 'Go on here'
  return failure === 'tampered' ? 'Start over' : 'Try again'
}

/** A room whose key somebody else has is not gone back to, by its link or otherwise: there is a new one. */
function useStartOver(failure: RoomSnapshot['failure'] | 'no_key', again: () => void): () => void {
  const navigate = useNavigate()
  const { room } = useParams()
  return failure === 'tampered' && room !== undefined ? () => void navigate(paths.p2p) : again
}
