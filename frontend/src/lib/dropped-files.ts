/**
 * Files out of a drag or a file input, those in folders with the folders they are in. Used by the pages that
 * take files.
 */

/** A file that a person chose. */
export interface ChosenFile {
  readonly file: File
  /** The folders it is in, outermost first, with `/` between them; empty outside of any. */
  readonly path: string
}

/** What was chosen at once. */
export interface Chosen {
  readonly files: readonly ChosenFile[]
  /** Files and folders that the browser would not read. */
  readonly unreadable: number
}

/** Files taken out of folders at most: more than any page takes, so that a whole disk is not walked. */
export const MAX_WALKED = 20_000

/** Whether a drag, or what is pasted, carries files, rather than a selection or a link. */
export function carriesFiles(transfer: DataTransfer | null): boolean {
  return transfer?.types.includes('Files') ?? false
}

/** What a file input holds; one for folders says where in them each file is. */
export function chosenFiles(files: FileList | null): Chosen {
  return {
    files: [...(files ?? [])].map((file) => ({
      file,
      path: file.webkitRelativePath.split('/').slice(0, -1).join('/'),
    })),
    unreadable: 0,
  }
}

/**
 * Reads a drop, and the folders in it to their ends. Must be called within the event: the transfer is empty
 * afterwards.
 */
export async function droppedFiles(transfer: DataTransfer): Promise<Chosen> {
  // Entries have to be taken before anything is awaited.
  const dropped = [...transfer.items]
    .filter((item) => item.kind === 'file')
    .map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }))
  const walk = new Walk()
  for (const { entry, file } of dropped) {
    // Only a folder has to be walked; what is pasted has no entry at all.
    if (entry?.isDirectory) await walk.enter(entry as FileSystemDirectoryEntry, '')
    else if (file) walk.take(file, '')
  }
  return walk.found
}

/** Collects the files of folders. */
class Walk {
  readonly #files: ChosenFile[] = []
  #unreadable = 0

  get found(): Chosen {
    return { files: this.#files, unreadable: this.#unreadable }
  }

  take(file: File, path: string): void {
    this.#files.push({ file, path })
  }

  /** Takes what is in the folder and in the folders in it, in the order of names. */
  async enter(folder: FileSystemDirectoryEntry, above: string): Promise<void> {
    const path = above === '' ? folder.name : `${above}/${folder.name}`
    try {
      const entries = await contents(folder)
      entries.sort((a, b) => byName.compare(a.name, b.name))
      for (const entry of entries) {
        if (this.#files.length >= MAX_WALKED) return
        if (entry.isDirectory) await this.enter(entry as FileSystemDirectoryEntry, path)
        else await this.#read(entry as FileSystemFileEntry, path)
      }
    } catch {
      this.#unreadable += 1
    }
  }

  async #read(entry: FileSystemFileEntry, path: string): Promise<void> {
    try {
      this.take(await new Promise<File>((resolve, reject) => entry.file(resolve, reject)), path)
    } catch {
      this.#unreadable += 1
    }
  }
}

const byName = new Intl.Collator('en', { numeric: true })

/** Everything in a folder. A reader gives a hundred entries at a time, and none when there are no more. */
async function contents(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader()
  const entries: FileSystemEntry[] = []
  for (;;) {
    const more = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    )
    if (more.length === 0) return entries
    entries.push(...more)
  }
}
