/** The sender's side of the room page: link, files, and everyone who came. */
import { useEffect, useState } from 'react'
import { Button } from '@/components/ui/button'
import { cn } from '@/lib/class-names'
import { takeFiles } from '@/lib/handoff'
import { guestWith } from './engine/nearby'
import type { Offerable } from './engine/sending-conversation'
import { type HostedRoom, HostRoom } from './engine/host-room'
import { ChooseAgain } from './choose-again'
import { CodeEntry } from './code-entry'
import { HostedTransfer } from './hosted-transfer'
import { Invitation } from './invitation'
import { NearbyDevices } from './nearby-devices'
import { NearbyRequest } from './nearby-request'
import { Outgoing, OutgoingFiles } from './outgoing'
import { peerName } from './peer-look'
import { Reconnecting } from './reconnecting'
import { RoomTrouble } from './room-trouble'
import { WaitingForThem } from './send-transfer'
import { TalkCard } from './talk-card'
import { useAdding } from './use-adding'
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
  const [host] = useState(() => new HostRoom(hosted))
  const { outbox, talk } = host
  const room = useSnapshot(host.room)
  const choice = useSnapshot(outbox.now)
  const { said } = useSnapshot(talk.now)
  const { code } = useSnapshot(host.room.codes.now)
  const { nearby } = host.room
  const { guests } = useSnapshot(nearby.now)
  const { asked } = useSnapshot(nearby.asking.now)
  const add = useAdding(outbox)
  // Those from the home page are there already.
  useEffect(() => {
    outbox.add(takeFiles())
  }, [outbox])
  useOpenRoom(host.room)
  useLeaveWarning(room.busy)
  useWakeLock(room.busy)

  const title = useTabTitle(room.members, 'Send now')

  const closed = room.phase === 'closed'
  const here = useMembersOfInterest(room.members)
  const allEnded = useAllEnded(here)
  const choosing = !choice.accepted && choice.missing.length === 0
  const outgoing = {
    choice,
    onAdd: add,
    onRemove: (files: readonly Offerable[]) => outbox.remove(files),
  }
  const nameOf = (id: string) => {
    const nonce = room.members.find((member) => member.id === id)?.nonce
    return guestWith(guests, nonce)?.device.name ?? peerName(id)
  }
  const hasSomething = choice.files.length > 0 || said.length > 0
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
        <NearbyRequest nearby={nearby} asked={asked} leavesFiles={choice.files.length > 0} />
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
            <HostedTransfer key={member.id} host={host} member={member} several={here.length > 1}>
              {!room.busy && (
                <Button variant="secondary" onClick={onStartOver}>
                  Send something else
                </Button>
              )}
            </HostedTransfer>
          ))}
          {choice.missing.length > 0 && <ChooseAgain files={choice.missing} onAdd={add} />}
          {choosing && here.length > 0 && <Outgoing {...outgoing} />}
          <TalkCard
            talk={talk}
            nameOf={nameOf}
            over={closed || (here.length > 0 && allEnded)}
            onFile={choosing ? (file) => add([{ file, path: '' }]) : undefined}
          />
        </div>
        <div
          className={cn(
            'grid grid-cols-[minmax(0,1fr)] gap-4 lg:gap-6',
            // On a phone the ways in come first once they are what is wanted: files or words are there, nobody else is.
            hasSomething && !choice.offered && here.length === 0 && 'max-lg:order-first',
          )}
        >
          {undecided && <CodeEntry ownCode={code} />}
          {!closed && !room.locked && (
            <NearbyDevices
              nearby={nearby}
              self={room.self}
              ready={choice.files.length > 0}
              onAdd={add}
            />
          )}
          {!closed && <Invitation room={host.room} linkKey={host.key.text()} />}
        </div>
      </div>
    </>
  )
}
