/**
 * What the signaling service answers and what it passes on from other browsers, checked. The
 * native twin is `crates/protocol/src/signaling.rs`. Used by `SignalingClient`.
 */
import * as v from 'valibot'

/** Rooms and peers are named by 128 random bits in base64url. */
export const id = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{22}$/))

/** Session descriptions and candidates are small; a packet is at most 64 KiB anyway. */
const shortText = v.pipe(v.string(), v.maxLength(64 * 1024))

/** A member: its id, what its page drew at random when it was loaded, and whether its line is lost. */
const peer = v.object({ id, nonce: v.exactOptional(id), away: v.exactOptional(v.boolean()) })
export type Peer = v.InferOutput<typeof peer>

const stunUrl = v.pipe(v.string(), v.regex(/^stun:/))

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
  /** A secret that gives the same id when the room is entered again. */
  resume: id,
  /** Present when nobody new can enter. */
  locked: v.exactOptional(v.boolean()),
  /** In a room for files that others send to its owner: who that is, for as long as it is a member. */
  takes: v.exactOptional(id),
})
export type Joined = v.InferOutput<typeof joined>
export type IceServer = v.InferOutput<typeof iceServer>

/** Acknowledges `ice-servers`; the probes are for the doctor alone. */
export const iceServers = v.object({
  ice_servers: v.array(iceServer),
  stun_probes: v.exactOptional(v.pipe(v.array(stunUrl), v.maxLength(4))),
})
export type IceServers = v.InferOutput<typeof iceServers>

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
  'room_locked',
  'not_owner',
  'unknown_code',
  'unknown_knock',
  'no_relay',
  'unavailable',
  'no_nearby',
  'too_many_devices',
  'not_appeared',
  'unknown_device',
] as const
export type RefusalCode = (typeof REFUSAL_CODES)[number]

/** Acknowledges an event that was not carried out. */
export const refusal = v.object({
  error: v.object({ code: v.picklist(REFUSAL_CODES), message: v.string() }),
})

/** Somebody entered or left the room. */
export const presence = v.object({ peer })

/** Acknowledges `open-code`: the number that leads to us. */
export const codeOpened = v.object({ nameplate: v.pipe(v.string(), v.regex(/^[0-9]{4,9}$/)) })

/** Names an attempt at a code. */
export const knocking = v.object({ knock: id })

/** What the two sides of an attempt at a code say to each other, whatever that is. */
export const knockMessage = v.looseObject({ knock: id })

/** Whether the room lets nobody new in. */
export const locking = v.object({ locked: v.boolean() })

/** Where a relay is, if it is not beside the service. */
const relayUrl = v.exactOptional(v.pipe(v.string(), v.regex(/^wss?:\/\//)))

/** Acknowledges `relay`: what lets us into a relay to another member. */
export const relayTicket = v.object({ ticket: id, url: relayUrl })

/** Another member has asked for a relay to us. */
export const relayOffer = v.object({ from: id, ...relayTicket.entries })

/** What a device calls itself, or runs on: short, and with nothing in it that hides or turns what is beside it. */
const label = v.pipe(
  v.string(),
  v.minLength(1),
  v.maxBytes(64),
  v.regex(/^(?! )[^\p{Cc}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+(?<! )$/u),
)

const device = v.object({ id, name: label, platform: v.exactOptional(label) })

/** Acknowledges `appear`: ourselves, and the others of our network, longest there first. */
export const appeared = v.object({ self: device, devices: v.array(device) })
export type Appeared = v.InferOutput<typeof appeared>

/** A device can be seen, or can be seen no more. */
export const nearbyNews = v.object({ device })

/** A device knocks at ours, and what it says, whatever that is. */
export const nearbyKnocked = v.looseObject({ knock: id, from: device })

/** What our own pages relay: something that only they can open. */
export const sealedBody = v.object({ sealed: v.pipe(v.string(), v.maxLength(64_000)) })

/** A relayed message: whom it is from, and whatever that member said. */
export const sender = v.looseObject({ from: id })

/** Names one of the links between two pages, which may follow each other. */
const link = v.pipe(v.string(), v.minLength(1), v.maxLength(64))

/** A session description, without the link it is about. */
export const sdp = v.object({ sdp: shortText })

const description = v.object({ link, ...sdp.entries })

const candidate = v.object({
  candidate: shortText,
  sdpMid: v.exactOptional(v.nullable(v.pipe(v.string(), v.maxLength(64)))),
  sdpMLineIndex: v.exactOptional(
    v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65_535))),
  ),
  usernameFragment: v.exactOptional(v.nullable(v.pipe(v.string(), v.maxLength(256)))),
})

/** Candidates, without the link they are about. */
export const candidates = v.object({ candidates: v.pipe(v.array(candidate), v.maxLength(64)) })

/** What one page tells the other of its network, or asks: kinds, and no address. */
export const networkNote = v.union([
  v.object({ ask: v.literal(true) }),
  v.object({
    udp: v.boolean(),
    mapping: v.picklist(['same', 'per destination', 'unknown']),
    turn: v.boolean(),
  }),
])
export type NetworkNote = v.InferOutput<typeof networkNote>

const trickle = v.object({ link, ...candidates.entries, network: v.exactOptional(networkNote) })

/** What browsers tell each other to make a connection. */
export type ConnectionSignal =
  | { readonly event: 'offer' | 'answer'; readonly sdp: string }
  | { readonly event: 'ice-candidate'; readonly candidates: RTCIceCandidateInit[] }

/** The same through the signaling service, about one of the links between two pages; or a word on their networks. */
export type PeerSignal = ConnectionSignal & {
  readonly link: string
  readonly network?: NetworkNote
}

/** Checks a signal from another browser; undefined when it is none. */
export function parseSignal(event: PeerSignal['event'], body: unknown): PeerSignal | undefined {
  if (event === 'ice-candidate') {
    const parsed = v.safeParse(trickle, body)
    return parsed.success ? { event, ...parsed.output } : undefined
  }
  const parsed = v.safeParse(description, body)
  return parsed.success ? { event, ...parsed.output } : undefined
}
