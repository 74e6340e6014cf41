/**
 * Frames of the data channel: a 16-byte header, numbers big-endian, and a payload. Written by
 * `LaneWriter`, read by `BlockAssembler`; docs/PROTOCOL.md draws the layout.
 */
import { TransferError } from './failure'
import { BLOCK_BYTES, DIGEST_BYTES, FRAME_HEADER_BYTES } from './protocol'

/** What a frame carries: a piece of a block that is not its last. */
export const FRAME_CHUNK = 1
/** A block's digest, and its last piece. */
export const FRAME_SEAL = 2

/** A frame taken apart. */
export interface Frame {
  readonly kind: typeof FRAME_CHUNK | typeof FRAME_SEAL
  /** Number of the file in the offer. */
  readonly file: number
  /** Number of the block in the file. */
  readonly block: number
  /** Where in the block its piece belongs. */
  readonly offset: number
  /** A piece of content, after a digest if it is a seal; a view of the frame's own memory. */
  readonly payload: Uint8Array<ArrayBuffer>
}

/** The digest and the last piece that a seal carries. */
export function sealed({ payload }: Frame) {
  return { digest: payload.slice(0, DIGEST_BYTES), piece: payload.subarray(DIGEST_BYTES) }
}

/**
 * Writes a frame to the start of `target`, which must have room for the header and the payload's parts,
 * which follow each other. Returns the part of `target` that is the frame.
 */
export function encodeFrame(
  frame: Omit<Frame, 'payload'>,
  payload: readonly Uint8Array[],
  target: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  const header = new DataView(target.buffer, target.byteOffset, FRAME_HEADER_BYTES)
  header.setUint32(0, frame.kind << 24)
  header.setUint32(4, frame.file)
  header.setUint32(8, frame.block)
  header.setUint32(12, frame.offset)
  let length = FRAME_HEADER_BYTES
  for (const part of payload) {
    target.set(part, length)
    length += part.length
  }
  return target.subarray(0, length)
}

/**
 * Reads a frame without copying it. Throws `malformed` for an unknown kind, a header cut short,
 * non-zero padding, an empty piece, one that reaches past its block, and a seal without a digest.
 */
export function decodeFrame(bytes: ArrayBuffer): Frame {
  if (bytes.byteLength < FRAME_HEADER_BYTES) throw malformedFrame('header cut short')
  const header = new DataView(bytes, 0, FRAME_HEADER_BYTES)
  const kind = kindOf(header.getUint32(0))
  const frame = {
    kind,
    file: header.getUint32(4),
    block: header.getUint32(8),
    offset: header.getUint32(12),
    payload: new Uint8Array(bytes, FRAME_HEADER_BYTES),
  }
  const piece = frame.payload.length - (kind === FRAME_SEAL ? DIGEST_BYTES : 0)
  if (piece <= 0) throw malformedFrame('no content')
  if (frame.offset + piece > BLOCK_BYTES) throw malformedFrame('content outside its block')
  return frame
}

function kindOf(first: number): Frame['kind'] {
  if ((first & 0xff_ffff) !== 0) throw malformedFrame('padding is not zero')
  const kind = first >>> 24
  if (kind !== FRAME_CHUNK && kind !== FRAME_SEAL) throw malformedFrame('unknown kind')
  return kind
}

function malformedFrame(what: string): TransferError {
  return new TransferError('malformed', `frame: ${what}`)
}
