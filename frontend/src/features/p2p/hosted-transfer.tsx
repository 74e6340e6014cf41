/** One transfer as whoever made the room sees it: with how its receiver came there, and what can be done about them. */
import { type ReactNode, useState } from 'react'
import type { HostRoom } from './engine/host-room'
import type { Member } from './engine/member'
import { guestWith } from './engine/nearby'
import type { FileSender } from './engine/sender'
import { MemberMenu } from './member-menu'
import { peerName } from './peer-look'
import { SendTransfer } from './send-transfer'
import { useSnapshot } from './use-room'
import type { CheckedBy } from './words'

interface HostedTransferProps {
  host: HostRoom
  member: Member<FileSender>
  /** There are others. */
  several: boolean
  /** What can be done once it is over. */
  children: ReactNode
}

/** A receiver who came by the link, by a code, or from nearby. */
export function HostedTransfer({ host, member, several, children }: HostedTransferProps) {
  const { room } = host
  const { self } = useSnapshot(room)
  const { nearby, codes } = room
  const { guests } = useSnapshot(nearby.now)
  const guest = guestWith(guests, member.nonce)
  // Nobody can tell how they came, by the link or otherwise, once somebody came otherwise.
  const [checkedBy] = useState<CheckedBy>(() => {
    const others = codes.now.getSnapshot().used || guests.length > 0
    return guest ? 'words' : others ? 'either' : 'link'
  })
  const name = guest?.device.name ?? peerName(member.id)
  const comparison = guest && {
    ...guest,
    onSame: () => nearby.compared(guest.nonce),
    onDifferent: () => room.abandon(),
  }
  return (
    <SendTransfer
      side="sender"
      member={member}
      self={self}
      name={name}
      checkedBy={checkedBy}
      comparison={comparison}
      several={several}
      menu={<MemberMenu name={name} onEject={() => room.eject(member.id)} />}
    >
      {children}
    </SendTransfer>
  )
}
