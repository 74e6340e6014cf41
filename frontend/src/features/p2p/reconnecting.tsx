/** Says that the server is out of reach for the moment, which stops nobody who is connected already. */
import type { RoomSnapshot } from './engine/room'

/** A quiet line; nothing while there is nothing to say. */
export function Reconnecting({ phase }: { phase: RoomSnapshot['phase'] }) {
  return (
    <p aria-live="polite" className="text-sm font-medium text-caution not-empty:mt-2">
      {phase === 'reconnecting' &&
        'The server is out of reach. What moves goes on; nobody new can come until it is back.'}
    </p>
  )
}
