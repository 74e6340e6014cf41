/**
 * What received files are called in a folder that a person chose. Names come from other people's machines: they are
 * made safe here, and where one is taken another is found, so that nothing is overwritten. Used by `FolderTree`.
 */
import { type OfferedFile, utf8Length } from './control-messages'
import { nameToSave, shorten } from './file-names'

/** Where a file is to be, from the folder that was chosen. */
export interface SavePath {
  /** From the outermost. */
  readonly folders: readonly string[]
  readonly name: string
}

/**
 * Most bytes of a name: fewer than file systems take (255), for while a file is being written the browser has one
 * beside it, called like it and with an ending of its own.
 */
const MAX_SAVED_BYTES = 240
/** What a name ends with, as far as it says what the file is. */
const ENDING = /(\.tar)?\.[^.\s]{1,15}$/iu
/** All that may be in a name which no file system and no browser minds. */
const UNPLAIN = /[^\p{L}\p{N} ._()-]/gu

/** Where an offered file is to be. */
export function savePath({ name, path }: OfferedFile): SavePath {
  const folders = path === undefined ? [] : path.split('/')
  return { folders: folders.map(shortName), name: shortName(name) }
}

/** The names to try for a file or a folder: `report.pdf`, `report (1).pdf`, and so on without end. */
export function* freeNames(name: string, kind: 'file' | 'directory'): Generator<string> {
  yield name
  const ending = kind === 'file' ? (ENDING.exec(name)?.[0] ?? '') : ''
  // A name that is all ending is none.
  const stem = ending.length < name.length ? name.slice(0, name.length - ending.length) : name
  for (let count = 1; ; count += 1) {
    const mark = ` (${count})${stem === name ? '' : ending}`
    yield shorten(stem, MAX_SAVED_BYTES - utf8Length(mark)) + mark
  }
}

/** What to call it instead where the browser refuses the name: some endings mean something to a system. */
export function plainName(name: string): string {
  const plain = `${name.replace(UNPLAIN, '_').replace(/^[^\p{L}\p{N}]+/u, '')}_`
  return plain === '_' ? 'file' : shorten(plain, MAX_SAVED_BYTES)
}

function shortName(name: string): string {
  return shorten(nameToSave(name), MAX_SAVED_BYTES)
}
