/** How the other side gets here: a code to say, a link to send or to scan; and the room's lock. */
import { Card } from '@/components/ui/card'
import { paths } from '@/lib/paths'
import type { FileSender } from './engine/sender'
import type { Room } from './engine/room'
import { RoomCode } from './room-code'
import { RoomLink } from './room-link'
import { RoomLock } from './room-lock'
import { useSnapshot } from './use-room'

interface InvitationProps {
  room: Room<FileSender>
  /** What stands behind the `#`, which browsers send to nobody. */
  linkKey: string
}

/** All ways in. A locked room has none, so that only the lock is left. */
export function Invitation({ room, linkKey }: InvitationProps) {
  const { room: id, locked, members } = useSnapshot(room)
  const link =
    id === undefined ? undefined : `${window.location.origin}${paths.p2p}/${id}#${linkKey}`
  return (
    <Card aria-label="Invite" className="flex flex-col gap-6">
      {!locked && (
        <>
          <RoomCode codes={room.codes} onRetry={() => room.openCode()} />
          <RoomLink link={link} />
        </>
      )}
      {(locked || members.length > 0) && (
        <RoomLock locked={locked} onLock={(wanted) => room.lock(wanted)} />
      )}
    </Card>
  )
}
