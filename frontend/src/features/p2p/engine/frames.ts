/**
 * Frames of the data channel: a 16-byte header, numbers big-endian, and a payload. Written by
 * `FrameWriter`, read by `FileReceiver`; docs/PROTOCOL.md draws the layout.
 */
import { TransferError } from './failure'
import { BLOCK_BYTES, DIGEST_BYTES, FRAME_HEADER_BYTES } from './protocol'

/** What a frame carries. */
export const FRAME_CHUNK = 1
/** A block's digest, after its last chunk. */
export const FRAME_SEAL = 2

/** A frame taken apart. */
export interface Frame {
  readonly kind: typeof FRAME_CHUNK | typeof FRAME_SEAL
  /** Number of the file in the offer. */
  readonly file: number
  /** Number of the block in the file. */
  readonly block: number
  /** Of a chunk: where in the block it belongs. Of a seal: the block's length. */
  readonly offset: number
  /** Content, or a digest; a view of the frame's own memory. */
  readonly payload: Uint8Array<ArrayBuffer>
}

/**
 * Writes a frame to the start of `target`, which must have room for the header and the payload.
 * Returns the part of `target` that is the frame.
 */
export function encodeFrame(
  frame: Frame,
  target: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  const length = FRAME_HEADER_BYTES + frame.payload.length
  const header = new DataView(target.buffer, target.byteOffset, FRAME_HEADER_BYTES)
  header.setUint32(0, frame.kind << 24)
  header.setUint32(4, frame.file)
  header.setUint32(8, frame.block)
  header.setUint32(12, frame.offset)
  target.set(frame.payload, FRAME_HEADER_BYTES)
  return target.subarray(0, length)
}

/**
 * Reads a frame without copying it. Throws `malformed` for an unknown kind, a header cut short,
 * non-zero padding, an empty chunk, a chunk that reaches past its block, and a seal that is no digest.
 */
export function decodeFrame(bytes: ArrayBuffer): Frame {
  if (bytes.byteLength < FRAME_HEADER_BYTES) throw malformedFrame('header cut short')
  const header = new DataView(bytes, 0, FRAME_HEADER_BYTES)
  const first = header.getUint32(0)
  const kind = first >>> 24
  if ((first & 0xff_ffff) !== 0) throw malformedFrame('padding is not zero')
  const frame = {
    file: header.getUint32(4),
    block: header.getUint32(8),
    offset: header.getUint32(12),
    payload: new Uint8Array(bytes, FRAME_HEADER_BYTES),
  }
  const length = frame.payload.length
  if (kind === FRAME_CHUNK) {
    if (length === 0 || frame.offset + length > BLOCK_BYTES)
      throw malformedFrame('chunk outside its block')
    return { kind: FRAME_CHUNK, ...frame }
  }
  if (kind === FRAME_SEAL) {
    if (length !== DIGEST_BYTES) throw malformedFrame('seal without a digest')
    if (frame.offset === 0 || frame.offset > BLOCK_BYTES) throw malformedFrame('seal of no block')
    return { kind: FRAME_SEAL, ...frame }
  }
  throw malformedFrame('unknown kind')
}

function malformedFrame(what: string): TransferError {
  return new TransferError('malformed', `frame: ${what}`)
}
