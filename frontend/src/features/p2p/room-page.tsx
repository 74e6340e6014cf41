/** The room: where two browsers meet. `/p2p` makes one and sends, `/p2p/<room>` enters and receives. */
import { useState } from 'react'
import { useParams } from 'react-router'
import { ReceivePage } from './receive-page'
import { SendPage } from './send-page'

/** The page; starting over makes everything on it anew. */
export function RoomPage() {
  const { room } = useParams()
  const [attempt, setAttempt] = useState(0)
  const startOver = () => setAttempt((before) => before + 1)
  return room === undefined ? (
    <SendPage key={attempt} onStartOver={startOver} />
  ) : (
    <ReceivePage key={`${room} ${attempt}`} room={room} onStartOver={startOver} />
  )
}
