/**
 * Content where a person wants it, written straight there. The browser writes beside the file and puts it in place
 * when it is closed, which is done once a file is proven: until then there is nothing under its name but the empty
 * file that keeps it. What had not been closed when a page went is gone. Used by the file worker.
 */
import { type ChosenPlace } from './chosen-place'
import { type ContentFile, type ContentFiles } from './content-files'
import { type Claim, FolderTree } from './folder-tree'
import { type Destination } from './store-calls'

/** Gives a transfer's files their places. */
interface Places {
  file(number: number): Promise<FileSystemFileHandle>
  remove(number: number): Promise<void>
  removeEmptyFolders(): Promise<void>
}

/** Files at a destination. */
export class ChosenFiles implements ContentFiles {
  readonly lasting = false
  readonly #places: Places
  readonly #open = new Map<number, Promise<ChosenFile>>()

  /** `before` says where an earlier page has put files; `claimed` is told where new ones are put. */
  constructor(
    { place, paths }: Destination,
    before: readonly Claim[],
    claimed: (claim: Claim) => void,
  ) {
    this.#places = isFolder(place)
      ? new FolderTree(place, paths, before, claimed)
      : new OneFile(place)
  }

  open(file: number): Promise<ContentFile> {
    return this.#file(file)
  }

  read(): Promise<never> {
    throw new Error('what is unfinished cannot be read')
  }

  async finish(file: number): Promise<File> {
    const { handle, writable } = await this.#file(file)
    await writable.close()
    this.#open.delete(file)
    return handle.getFile()
  }

  async close(keep: boolean): Promise<void> {
    const unfinished = [...this.#open]
    this.#open.clear()
    for (const [number, opening] of unfinished) {
      await opening.then(({ writable }) => writable.abort()).catch(() => undefined)
      if (!keep) await this.#places.remove(number)
    }
    if (!keep) await this.#places.removeEmptyFolders()
  }

  #file(number: number): Promise<ChosenFile> {
    const there = this.#open.get(number)
    if (there) return there
    const opening = this.#places.file(number).then((handle) => ChosenFile.open(handle))
    this.#open.set(number, opening)
    return opening
  }
}

/** One file being written. */
class ChosenFile implements ContentFile {
  readonly handle: FileSystemFileHandle
  readonly writable: FileSystemWritableFileStream

  private constructor(handle: FileSystemFileHandle, writable: FileSystemWritableFileStream) {
    this.handle = handle
    this.writable = writable
  }

  static async open(handle: FileSystemFileHandle): Promise<ChosenFile> {
    return new ChosenFile(handle, await handle.createWritable())
  }

  async write(bytes: Uint8Array<ArrayBuffer>, { at }: { at: number }): Promise<number> {
    await this.writable.write({ type: 'write', position: at, data: bytes })
    return bytes.length
  }
}

/** The only file of a transfer, under the name that a person gave it. */
class OneFile implements Places {
  readonly #handle: FileSystemFileHandle

  constructor(handle: FileSystemFileHandle) {
    this.#handle = handle
  }

  file(): Promise<FileSystemFileHandle> {
    return Promise.resolve(this.#handle)
  }

  async remove(): Promise<void> {
    // What a person chose to replace stays as it was; what was made for us goes.
    const { size } = await this.#handle.getFile()
    if (size === 0 && 'remove' in this.#handle) {
      await (this.#handle as unknown as { remove(): Promise<void> }).remove()
    }
  }

  removeEmptyFolders(): Promise<void> {
    return Promise.resolve()
  }
}

function isFolder(place: ChosenPlace): place is FileSystemDirectoryHandle {
  return place.kind === 'directory'
}
