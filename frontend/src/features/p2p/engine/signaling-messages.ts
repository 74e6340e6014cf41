/**
 * What the signaling service answers and what it passes on from other browsers, checked. The
 * native twin is `crates/protocol/src/signaling.rs`. Used by `SignalingClient`.
 */
import * as v from 'valibot'

/** Rooms and peers are named by 128 random bits in base64url. */
const id = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{22}$/))

/** Session descriptions and candidates are small; a packet is at most 64 KiB anyway. */
const shortText = v.pipe(v.string(), v.maxLength(64 * 1024))

const peer = v.object({ id })

const iceServer = v.object({
  urls: v.array(v.pipe(v.string(), v.regex(/^(stun|turn|turns):/))),
  username: v.exactOptional(v.string()),
  credential: v.exactOptional(v.string()),
})

/** Acknowledges `create` and `join`. */
export const joined = v.object({
  room: id,
  self: peer,
  peers: v.array(peer),
  ice_servers: v.array(iceServer),
})
export type Joined = v.InferOutput<typeof joined>
export type IceServer = v.InferOutput<typeof iceServer>

/** Acknowledges what has nothing to say. */
export const done = v.object({})

const REFUSAL_CODES = [
  'malformed',
  'unknown_event',
  'unknown_room',
  'room_full',
  'already_in_room',
  'not_in_room',
  'unknown_peer',
  'rate_limited',
  'too_many_rooms',
  'peer_busy',
] as const
export type RefusalCode = (typeof REFUSAL_CODES)[number]

/** Acknowledges an event that was not carried out. */
export const refusal = v.object({
  error: v.object({ code: v.picklist(REFUSAL_CODES), message: v.string() }),
})

/** Somebody entered or left the room. */
export const presence = v.object({ peer })

/** Says only whom a relayed message is from: enough to blame a malformed one on somebody. */
export const sender = v.object({ from: id })

/** An offer or an answer from another browser. */
export const description = v.object({ from: id, sdp: shortText })

/** An ICE candidate from another browser. */
export const trickle = v.object({
  from: id,
  candidate: v.object({
    candidate: shortText,
    sdpMid: v.exactOptional(v.nullable(v.pipe(v.string(), v.maxLength(64)))),
    sdpMLineIndex: v.exactOptional(
      v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65_535))),
    ),
    usernameFragment: v.exactOptional(v.nullable(v.pipe(v.string(), v.maxLength(256)))),
  }),
})

/** What browsers tell each other through the signaling service to make a connection. */
export type PeerSignal =
  | { readonly event: 'offer' | 'answer'; readonly sdp: string }
  | { readonly event: 'ice-candidate'; readonly candidate: RTCIceCandidateInit }
