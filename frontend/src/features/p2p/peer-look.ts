/**
 * What a peer looks like to people: a name that can be said aloud, made from its id, and a face made from the
 * name, so that everyone who sees it sees the same, in a room or nearby. Used by the room page.
 */

const QUALITIES = [
  'Amber', 'Bold', 'Brisk', 'Calm', 'Clever', 'Copper', 'Coral', 'Cosy',
  'Eager', 'Fern', 'Gentle', 'Golden', 'Happy', 'Indigo', 'Jolly', 'Keen',
  'Lively', 'Lucky', 'Mellow', 'Mint', 'Misty', 'Neat', 'Plum', 'Proud',
  'Quick', 'Quiet', 'Ruby', 'Silver', 'Sunny', 'Swift', 'Velvet', 'Witty',
] // prettier-ignore

const ANIMALS = [
  'Badger', 'Beaver', 'Crane', 'Deer', 'Dolphin', 'Dove', 'Falcon', 'Finch',
  'Fox', 'Gecko', 'Hare', 'Heron', 'Ibex', 'Koala', 'Lark', 'Lemur',
  'Lynx', 'Magpie', 'Marten', 'Mole', 'Newt', 'Otter', 'Owl', 'Panda',
  'Pika', 'Puffin', 'Robin', 'Seal', 'Stoat', 'Swan', 'Tapir', 'Wren',
] // prettier-ignore

/** The features of a face; each number picks one of the ways `PeerFace` can draw it. */
export interface Face {
  /** Colour, in degrees of hue. */
  readonly hue: number
  readonly ears: number
  readonly eyes: number
  readonly mouth: number
}

/** A name such as "Quiet Heron". */
export function peerName(id: string): string {
  const seed = hash(id)
  return `${pick(QUALITIES, seed)} ${pick(ANIMALS, seed >>> 8)}`
}

/** The face that goes with a name. */
export function peerFace(name: string): Face {
  const seed = hash(`face ${name}`)
  return {
    hue: (seed & 0xff) * (360 / 256),
    ears: (seed >>> 8) % 4,
    eyes: (seed >>> 12) % 3,
    mouth: (seed >>> 16) % 3,
  }
}

function pick(words: readonly string[], seed: number): string {
  return words[seed % words.length] ?? ''
}

/** FNV-1a, 32 bits: nothing depends on it but looks. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1) {
    value = Math.imul(value ^ text.charCodeAt(at), 0x01000193)
  }
  return (value ^ (value >>> 15)) >>> 0
}
