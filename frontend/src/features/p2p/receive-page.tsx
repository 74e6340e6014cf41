/** The receiver's side of the room page: what is offered, and what has become of it. */
import { type ReactNode, useState } from 'react'
import { useLocation } from 'react-router'
import { Card } from '@/components/ui/card'
import { ReceivingRoom } from './engine/receiving-room'
import type { Claim } from './engine/room-memory'
import { LinkKey } from './secrecy/link-key'
import { cameByCode, cameFromNearby } from './arrival'
import type { Comparison } from './compare-words'
import { ReceiveTransfer } from './receive-transfer'
import { Reconnecting } from './reconnecting'
import { RoomTrouble } from './room-trouble'
import { TalkCard } from './talk-card'
import { TransferLine } from './transfer-line'
import {
  useAllEnded,
  useLeaveWarning,
  useOpenRoom,
  useSnapshot,
  useTabTitle,
  useWakeLock,
} from './use-room'
import type { CheckedBy } from './words'

interface ReceivePageProps {
  room: string
  /** What stands behind the `#` of the link. */
  linkKey: string
  claim: Claim
  onStartOver: () => void
}

/** Receives from whoever made the room; without the link's key there is nobody to be sure of. */
export function ReceivePage({ room, linkKey, claim, onStartOver }: ReceivePageProps) {
  const key = LinkKey.parse(linkKey)
  if (key) {
    return <Receiving room={room} linkKey={key} claim={claim} onStartOver={onStartOver} />
  }
  return (
    <Page title={`${NAME} · ShareSync`}>
      <RoomTrouble room={{ failure: 'no_key' }} onStartOver={onStartOver} />
    </Page>
  )
}

const NAME = 'Receive'

interface ReceivingProps {
  room: string
  linkKey: LinkKey
  claim: Claim
  onStartOver: () => void
}

function Receiving({ room: id, linkKey, claim, onStartOver }: ReceivingProps) {
  const [receiving] = useState(() => new ReceivingRoom(id, linkKey, claim))
  const room = useSnapshot(receiving.room)
  const inbox = useSnapshot(receiving.inbox)
  useOpenRoom(receiving.room)
  useLeaveWarning(room.busy)
  useWakeLock(room.busy)
  const title = useTabTitle(room.members, NAME)
  const over = useAllEnded(room.members)
  const { checkedBy, comparison, name } = useArrival(() => receiving.room.abandon())

  return (
    <Page title={title}>
      <Reconnecting phase={room.phase} />
      {room.phase === 'closed' && <RoomTrouble room={room} onStartOver={onStartOver} />}
      <div className="mt-6 grid grid-cols-[minmax(0,1fr)] gap-4">
        {room.members.map((member) => (
          <ReceiveTransfer
            key={member.id}
            member={member}
            self={room.self}
            checkedBy={checkedBy}
            comparison={comparison}
            selfName={name}
            saved={inbox.files.filter((file) => file.from === member.transfer)}
            onStartOver={onStartOver}
          />
        ))}
        {room.members.length > 0 && <TalkCard talk={receiving.talk} over={over} />}
        {room.members.length === 0 && room.phase !== 'closed' && (
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
              {room.phase === 'opening' ? 'Connecting' : 'Waiting for the other side'}
            </p>
            {room.phase !== 'opening' && (
              <p className="mt-1 text-center text-sm text-muted">
                Whoever sent you here has to have their page open.
              </p>
            )}
          </Card>
        )}
      </div>
    </Page>
  )
}

/** How the page knows its other side, by the way it came here. */
function useArrival(onDifferent: () => void): {
  checkedBy: CheckedBy
  comparison?: Comparison
  /** As whom the other side knows us, where that is not by our id. */
  name?: string
} {
  const state: unknown = useLocation().state
  const [compared, setCompared] = useState(false)
  const nearby = cameFromNearby(state)
  if (!nearby) return { checkedBy: cameByCode(state) ? 'code' : 'link' }
  const { words, name } = nearby
  const onSame = () => setCompared(true)
  return { checkedBy: 'words', name, comparison: { words, compared, onSame, onDifferent } }
}

function Page({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="mx-auto max-w-3xl">
      <title>{title}</title>
      <h1 className="text-xl font-semibold">Receive files</h1>
      <p className="mt-1 text-muted">
        Straight from their browser to yours. Keep this page open until it is done.
      </p>
      {children}
    </div>
  )
}
