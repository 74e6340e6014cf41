/**
 * The messages of the `control` data channel. The other browser is not trusted: every one is
 * checked here before anything acts on it. Used by `ControlChannel`.
 */
import * as v from 'valibot'
import { FAILURE_CODES, TransferError } from './failure'
import { candidates, type ConnectionSignal, id, sdp } from './signaling-messages'
import {
  MAX_BLOCKS,
  MAX_CONTROL_BYTES,
  MAX_FILE_BYTES,
  MAX_FILES,
  MAX_LANES,
  MAX_NAME_BYTES,
  MAX_PATH_BYTES,
  MAX_TEXT_BYTES,
} from './protocol'

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const fileNumber = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MAX_FILES - 1))
const digest = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))

/** Named like a file, and leading nowhere but down. */
const isFolder = (name: string) =>
  name !== '' && name !== '.' && name !== '..' && utf8Length(name) <= MAX_NAME_BYTES

/** A file as it is offered. */
export const offeredFile = v.object({
  name: v.pipe(v.string(), v.nonEmpty(), v.maxBytes(MAX_NAME_BYTES), v.regex(/^[^/\\\0]*$/)),
  /** The folders it is in, from the outermost, with `/` between them; absent for a file in none. */
  path: v.exactOptional(
    v.pipe(
      v.string(),
      v.maxBytes(MAX_PATH_BYTES),
      v.regex(/^[^\\\0]*$/),
      v.check((path) => path.split('/').every(isFolder)),
    ),
  ),
  size: v.pipe(count, v.maxValue(MAX_FILE_BYTES)),
  media_type: v.pipe(v.string(), v.maxBytes(255)),
  modified_at: v.pipe(v.number(), v.safeInteger()),
})

const ascending = (files: number[]) =>
  files.every((file, at) => at === 0 || file > (files[at - 1] ?? Infinity))

/** Ascending, none empty, none touching the next, all within what 32 bits can count. */
const apart = (ranges: [number, number][]) =>
  ranges.every(
    ([first, count], at) =>
      first + count <= MAX_BLOCKS && first > (at === 0 ? -1 : end(ranges[at - 1])),
  )
const end = (range: [number, number] | undefined) => (range ? range[0] + range[1] : 0)

const blockRanges = v.pipe(
  v.array(v.tuple([count, v.pipe(count, v.minValue(1))])),
  v.minLength(1),
  v.check(apart),
)

/** What makes a further connection: as through the signaling service, but about a lane. */
const laneSignal: v.GenericSchema<unknown, ConnectionSignal> = v.variant('event', [
  v.object({ event: v.literal('offer'), ...sdp.entries }),
  v.object({ event: v.literal('answer'), ...sdp.entries }),
  v.object({ event: v.literal('ice-candidate'), ...candidates.entries }),
])

const controlMessage = v.variant('type', [
  v.object({
    type: v.literal('hello'),
    version: v.pipe(count, v.maxValue(0xffff_ffff)),
  }),
  v.object({
    type: v.literal('offer'),
    files: v.pipe(v.array(offeredFile), v.minLength(1), v.maxLength(MAX_FILES)),
  }),
  v.object({
    type: v.literal('accept'),
    files: v.pipe(v.array(fileNumber), v.minLength(1), v.check(ascending)),
  }),
  v.object({ type: v.literal('have'), file: fileNumber, ranges: blockRanges }),
  v.object({ type: v.literal('decline') }),
  v.object({ type: v.literal('credit'), written: count, limit: count }),
  v.object({ type: v.literal('end'), file: fileNumber, digest }),
  v.object({ type: v.literal('verified'), file: fileNumber, digest }),
  v.object({
    type: v.literal('lane'),
    lane: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MAX_LANES)),
    signal: laneSignal,
  }),
  v.object({
    type: v.literal('text'),
    id,
    text: v.pipe(v.string(), v.nonEmpty(), v.maxBytes(MAX_TEXT_BYTES)),
  }),
  v.object({ type: v.literal('heard'), id }),
  v.object({ type: v.literal('pause') }),
  v.object({ type: v.literal('resume') }),
  v.object({ type: v.literal('cancel') }),
  v.object({
    type: v.literal('failed'),
    code: v.picklist(FAILURE_CODES),
    message: v.pipe(v.string(), v.maxBytes(1000)),
  }),
])

/** A control message that has been checked. */
export type ControlMessage = v.InferOutput<typeof controlMessage>
export type OfferedFile = v.InferOutput<typeof offeredFile>

/** Reads what came over the control channel; throws `malformed` for anything but a message. */
export function parseControl(data: unknown): ControlMessage {
  if (typeof data !== 'string') throw new TransferError('malformed', 'control: not text')
  if (utf8Length(data) > MAX_CONTROL_BYTES)
    throw new TransferError('malformed', 'control: too long')
  let json: unknown
  try {
    json = JSON.parse(data)
  } catch {
    throw new TransferError('malformed', 'control: not JSON')
  }
  const result = v.safeParse(controlMessage, json, { abortEarly: true })
  if (!result.success) throw new TransferError('malformed', 'control: not a message')
  return result.output
}

const encoder = new TextEncoder()

/** Bytes that a text takes as UTF-8. */
export function utf8Length(text: string): number {
  return encoder.encode(text).length
}

/** What an offer says of a file, and no more. */
export function asOffered({ name, path, size, media_type, modified_at }: OfferedFile): OfferedFile {
  return { name, ...(path !== undefined && { path }), size, media_type, modified_at }
}

/** Whether two offers mean the same file. */
export function isSameFile(a: OfferedFile, b: OfferedFile | undefined): boolean {
  return (
    a.name === b?.name && a.path === b.path && a.size === b.size && a.modified_at === b.modified_at
  )
}
