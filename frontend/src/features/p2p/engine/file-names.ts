/**
 * Names of files, on the way out and on the way in. Names come from other people's machines and are
 * about to be given to this one's file system. Used by `Room`.
 */
import { utf8Length } from './control-messages'
import { MAX_NAME_BYTES, MAX_PATH_BYTES } from './protocol'

/** Path separators, control characters, and the marks that make text read backwards. */
const UNSAFE = /[/\\\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu
/** What Windows forbids in names besides. */
const FORBIDDEN = /[<>:"|?*]/g
/** Names that Windows keeps for devices, with any ending. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i

/** The name as an offer carries it: well-formed, without a folder, short enough. */
export function nameToOffer(name: string): string {
  const wellFormed = new TextDecoder().decode(new TextEncoder().encode(name))
  return shorten(wellFormed.replace(/[/\\\0]/g, '_')) || 'file'
}

/** The folders of a file as an offer carries them; the innermost of those that are too many. */
export function pathToOffer(path: string): string {
  const folders = path
    .split('/')
    .filter((name) => !['', '.', '..'].includes(name))
    .map(nameToOffer)
  while (utf8Length(folders.join('/')) > MAX_PATH_BYTES) folders.shift()
  return folders.join('/')
}

/** The name under which a received file is saved: never a path, never a device, never hidden. */
export function nameToSave(name: string): string {
  const plain = name.replace(UNSAFE, '_').replace(FORBIDDEN, '_')
  const visible = plain.replace(/^[.\s]+/, '_').replace(/[.\s]+$/, '')
  return shorten(DEVICE.test(visible) ? `_${visible}` : visible) || 'file'
}

/** Cuts a name to a limit, the protocol's if there is no other, and keeps its ending, which says what it is. */
export function shorten(name: string, limit = MAX_NAME_BYTES): string {
  if (utf8Length(name) <= limit) return name
  const dot = name.lastIndexOf('.')
  const ending = dot > 0 && name.length - dot <= 16 ? name.slice(dot) : ''
  const stem = Array.from(name.slice(0, name.length - ending.length))
  while (stem.length > 0 && utf8Length(stem.join('') + ending) > limit) stem.pop()
  return stem.join('') + ending
}
