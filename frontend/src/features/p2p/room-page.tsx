/** The room: where two browsers meet. `/p2p` makes one and sends, `/p2p/<room>` enters one. */
import { useEffect, useState } from 'react'
import { useLocation, useParams } from 'react-router'
import { type Claim, claimRoom } from './engine/room-memory'
import { GuestPage } from './guest-page'
import { SendPage } from './send-page'

/** The page; starting over makes everything on it anew. */
export function RoomPage() {
  const { room } = useParams()
  const { hash } = useLocation()
  const [attempt, setAttempt] = useState(0)
  const startOver = () => setAttempt((before) => before + 1)
  if (room === undefined) return <SendPage key={attempt} onStartOver={startOver} />
  return (
    <ComingBack
      key={`${room} ${hash} ${attempt}`}
      room={room}
      linkKey={hash.slice(1)}
      onStartOver={startOver}
    />
  )
}

interface ComingBackProps {
  room: string
  /** What stands behind the `#` of the link. */
  linkKey: string
  onStartOver: () => void
}

/** Whoever made the room goes on sending; everybody else is a guest there. */
function ComingBack({ room, linkKey, onStartOver }: ComingBackProps) {
  const [claim, setClaim] = useState<Claim>()
  useEffect(() => {
    let gone = false
    void claimRoom(room).then((claim) => {
      if (gone) claim.release()
      else setClaim(claim)
    })
    return () => {
      gone = true
    }
  }, [room])

  if (!claim) return null
  if (claim.memory?.role === 'host') {
    return <SendPage hosted={{ room, claim }} onStartOver={onStartOver} />
  }
  return <GuestPage room={room} linkKey={linkKey} claim={claim} onStartOver={onStartOver} />
}
