/**
 * Where the file worker puts content. Two kinds: `OpfsFiles` are the browser's own, `ChosenFiles` lie where a
 * person wants them.
 */

/** A file that blocks are written into; a `FileSystemSyncAccessHandle` is one. */
export interface ContentFile {
  /** Writes, and says how many bytes it took. */
  write(bytes: Uint8Array, options: { at: number }): number | Promise<number>
}

/** The files of one transfer, by their numbers in the offer. */
export interface ContentFiles {
  /** Whether what is written is there after a crash, or only what has been finished. */
  readonly lasting: boolean
  /** The file to write into, opened if need be. */
  open(file: number): Promise<ContentFile>
  /** Reads a piece of a lasting file; fewer bytes where it ends. */
  read(file: number, at: number, length: number): Promise<Uint8Array<ArrayBuffer>>
  /** Ends a file, all of which is written, and gives it back. */
  finish(file: number): Promise<File>
  /** Lets go of everything; what is unfinished may be kept for a later page. */
  close(keep: boolean): Promise<void>
}
