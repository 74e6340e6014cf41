/**
 * What a receiving page notes on its disk about a transfer that was accepted, so that a later page can go on
 * with it. Written and read by `TransferFolder`; read back as carefully as a message, for it may be older than
 * this program.
 */
import * as v from 'valibot'
import { offeredFile } from './control-messages'
import { id } from './signaling-messages'

const record = v.object({
  /** The room, and the sender's id in it. */
  room: id,
  from: id,
  /** The files as they were offered. */
  files: v.array(offeredFile),
  /** Whether they go to a place that their person chose. */
  chosen: v.exactOptional(v.literal(true)),
})

export type TransferRecord = v.InferOutput<typeof record>

/** Reads a record; undefined for anything else. */
export function parseRecord(text: string): TransferRecord | undefined {
  try {
    const parsed = v.safeParse(record, JSON.parse(text))
    return parsed.success ? parsed.output : undefined
  } catch {
    return undefined
  }
}
