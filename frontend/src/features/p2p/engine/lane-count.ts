/**
 * How many connections a line is worth. On a short line one carries all that the two computers can; on a long
 * one a browser's connection is held back by its own window and losses, and several carry several times as much
 * (docs/ARCHITECTURE.md says why). Used by `SendingConversation`.
 */
import { MAX_LANES } from './protocol'

/** From which round-trip time on a line counts as long, in milliseconds. */
export const LONG_LINE_MS = 12
/** Round-trip times in milliseconds, and how many connections to begin with from there on. */
const BY_ROUND_TRIP: readonly (readonly [fromMs: number, connections: number])[] = [
  [40, 16],
  [LONG_LINE_MS, 8],
]
/** Bytes a second and connection below which a long line is taken to be lossy, and given more. */
const SLOW_LANE_RATE = 400_000
/** Bytes that are worth a connection: making one takes some round trips, too. */
const BYTES_A_LANE = 512 * 1024

/** What is known of the line and of how it goes. */
export interface LineState {
  /** Round-trip time, in milliseconds. */
  readonly roundTripMs: number
  /** Bytes a second, over all connections. */
  readonly rate: number
  /** How many connections there are. */
  readonly connections: number
  /** Bytes that may have to be sent. */
  readonly bytes: number
}

/** How many connections there should be: never fewer than there are. */
export function connectionsFor({ roundTripMs, rate, connections, bytes }: LineState): number {
  const first = BY_ROUND_TRIP.find(([from]) => roundTripMs >= from)?.[1] ?? 1
  const slow = first > 1 && rate > 0 && rate < connections * SLOW_LANE_RATE
  const wanted = Math.max(first, slow ? connections * 2 : connections)
  const worth = Math.ceil(bytes / BYTES_A_LANE)
  return Math.max(connections, Math.min(wanted, worth, MAX_LANES + 1))
}
