/**
 * Passes files that a person chose on one page on to the page that will move them.
 *
 * A `File` cannot travel in an address or in history state, so it waits here, in memory, for the
 * length of one navigation. Home offers; the room page and the upload page take.
 */
import type { ChosenFile } from './dropped-files'

let waiting: readonly ChosenFile[] = []

/** Leaves files for the next page, in place of any that were left before. */
export function offerFiles(files: readonly ChosenFile[]): void {
  waiting = files
}

/** Takes the files that were left, if any: a second call finds none. */
export function takeFiles(): readonly ChosenFile[] {
  const taken = waiting
  waiting = []
  return taken
}
