/** The sender's side of the room page: link, files, and everyone who came. */
import { useEffect, useState } from 'react'
import { Button } from '@/components/ui/button'
import { useToast } from '@/components/ui/toast-context'
import { cn } from '@/lib/class-names'
import type { ChosenFile } from '@/lib/dropped-files'
import { formatCount } from '@/lib/format'
import { takeFiles } from '@/lib/handoff'
import { guestWith } from './engine/nearby'
import type { Offerable } from './engine/sending-conversation'
import { type HostedRoom, SendingRoom } from './engine/sending-room'
import { ChooseAgain } from './choose-again'
import { CodeEntry } from './code-entry'
import { Invitation } from './invitation'
import { NearbyDevices } from './nearby-devices'
import { NearbyRequest } from './nearby-request'
import { Outgoing, OutgoingFiles } from './outgoing'
import { peerName } from './peer-look'
import { Reconnecting } from './reconnecting'
import { RoomTrouble } from './room-trouble'
import { SendTransfer, WaitingForThem } from './send-transfer'
import { TalkCard } from './talk-card'
import {
  useAllEnded,
  useLeaveWarning,
  useMembersOfInterest,
  useOpenRoom,
  useSnapshot,
  useTabTitle,
  useWakeLock,
} from './use-room'
import { askedTitle } from './words'

interface SendPageProps {
  /** A room that this browser made before. */
  hosted?: HostedRoom
  onStartOver: () => void
}

/** Sends to whoever comes by the link or by a code. */
export function SendPage({ hosted, onStartOver }: SendPageProps) {
  const [sending] = useState(() => new SendingRoom(hosted))
  const room = useSnapshot(sending.room)
  const outbox = useSnapshot(sending.outbox)
  const { said } = useSnapshot(sending.talk.now)
  const { code } = useSnapshot(sending.room.codes.now)
  const { nearby } = sending.room
  const { guests } = useSnapshot(nearby.now)
  const { asked } = useSnapshot(nearby.asking.now)
  const add = useAdd(sending)
  useOpenRoom(sending.room)
  useLeaveWarning(room.busy)
  useWakeLock(room.busy)

  const title = useTabTitle(room.members, 'Send now')

  const closed = room.phase === 'closed'
  const here = useMembersOfInterest(room.members)
  const allEnded = useAllEnded(here)
  const choosing = !outbox.accepted && outbox.missing.length === 0
  const outgoing = {
    outbox,
    onAdd: add,
    onRemove: (files: readonly Offerable[]) => sending.remove(files),
  }
  const nameOf = (id: string) => {
    const nonce = room.members.find((member) => member.id === id)?.nonce
    return guestWith(guests, nonce)?.device.name ?? peerName(id)
  }
  const hasSomething = outbox.files.length > 0 || said.length > 0
  // Whoever comes here has something to send, or a code; once one of the two is there it is known which.
  const undecided = !hosted && !hasSomething && here.length === 0
  return (
    <>
      <title>{asked ? askedTitle(asked.from.name) : title}</title>
      <h1 className="text-xl font-semibold">Send now</h1>
      <p className="mt-1 text-muted">
        From your browser to theirs. Keep this page open until it is done.
      </p>
      <Reconnecting phase={room.phase} />
      {closed && <RoomTrouble room={room} onStartOver={onStartOver} />}
      {asked && (
        <NearbyRequest nearby={nearby} asked={asked} leavesFiles={outbox.files.length > 0} />
      )}
      <div className="mt-6 grid grid-cols-[minmax(0,1fr)] gap-4 lg:grid-cols-[minmax(0,1fr)_24rem] lg:items-start lg:gap-6">
        <div className="grid min-w-0 grid-cols-[minmax(0,1fr)] gap-4 lg:gap-6">
          {here.length === 0 && (
            <WaitingForThem self={room.self}>
              {choosing && (
                <div className="mt-4">
                  <OutgoingFiles {...outgoing} />
                </div>
              )}
            </WaitingForThem>
          )}
          {here.map((member) => (
            <SendTransfer
              key={member.id}
              member={member}
              self={room.self}
              codes={sending.room.codes}
              nearby={nearby}
              several={here.length > 1}
              onEject={() => sending.room.eject(member.id)}
              onDifferent={() => sending.room.abandon()}
            >
              {!room.busy && (
                <Button variant="secondary" onClick={onStartOver}>
                  Send something else
                </Button>
              )}
            </SendTransfer>
          ))}
          {outbox.missing.length > 0 && <ChooseAgain files={outbox.missing} onAdd={add} />}
          {choosing && here.length > 0 && <Outgoing {...outgoing} />}
          <TalkCard
            talk={sending.talk}
            nameOf={nameOf}
            over={closed || (here.length > 0 && allEnded)}
            onFile={choosing ? (file) => add([{ file, path: '' }]) : undefined}
          />
        </div>
        <div
          className={cn(
            'grid grid-cols-[minmax(0,1fr)] gap-4 lg:gap-6',
            // On a phone the ways in come first once they are what is wanted: files or words are there, nobody else is.
            hasSomething && !outbox.offered && here.length === 0 && 'max-lg:order-first',
          )}
        >
          {undecided && <CodeEntry ownCode={code} />}
          {!closed && !room.locked && (
            <NearbyDevices
              nearby={nearby}
              self={room.self}
              ready={outbox.files.length > 0}
              onAdd={add}
            />
          )}
          {!closed && <Invitation room={sending.room} linkKey={sending.key.text()} />}
        </div>
      </div>
    </>
  )
}

/** Adds files, those from the home page first, and says how many were too many. */
function useAdd(sending: SendingRoom): (files: readonly ChosenFile[]) => void {
  const toast = useToast()
  useEffect(() => {
    sending.add(takeFiles())
  }, [sending])
  return (files) => {
    const again = sending.outbox.getSnapshot().missing.length > 0
    const left = sending.add(files)
    if (left > 0) {
      const why = again ? 'not what was being sent' : 'that is more than a room takes'
      toast({ title: `${formatCount(left, 'file')} left out: ${why}.` })
    }
  }
}
