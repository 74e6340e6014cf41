/**
 * A tree of files in a folder that a person chose: finds a free name for each, so that nothing that is there already
 * is overwritten, and keeps what came together together. Used by `ChosenFiles`.
 */
import { freeNames, plainName, type SavePath } from './save-paths'

/** Which file of the transfer is where: the names on the way there, the file's own last. */
export interface Claim {
  readonly file: number
  readonly path: readonly string[]
}

/** Files below one folder. */
export class FolderTree {
  readonly #root: FileSystemDirectoryHandle
  readonly #paths: readonly SavePath[]
  readonly #claimed: (claim: Claim) => void
  /** Where files were put by an earlier page. */
  readonly #before = new Map<number, readonly string[]>()
  /** What a folder of the offer is called here, each with its own name last. */
  readonly #folders = new Map<string, readonly string[]>()
  /** Folders that we made, in that order. */
  readonly #made: (readonly string[])[] = []
  /** The last claim: each waits for the one before, so that no two take the same name. */
  #last: Promise<unknown> = Promise.resolve()

  /** `before` says what an earlier page claimed; `claimed` is told of every new claim. */
  constructor(
    root: FileSystemDirectoryHandle,
    paths: readonly SavePath[],
    before: readonly Claim[],
    claimed: (claim: Claim) => void,
  ) {
    this.#root = root
    this.#paths = paths
    this.#claimed = claimed
    for (const { file, path } of before) this.#recall(file, path)
  }

  /** The file of this number, empty, under a name that was free; or the one claimed before. */
  file(number: number): Promise<FileSystemFileHandle> {
    const claim = this.#last.then(() => this.#claim(number))
    this.#last = claim.catch(() => undefined)
    return claim
  }

  /** Deletes the file of this number, which came to nothing. */
  async remove(number: number): Promise<void> {
    const path = this.#before.get(number)
    const name = path?.at(-1)
    if (path === undefined || name === undefined) return
    // Deleted by its person meanwhile, perhaps.
    await this.#enter(path.slice(0, -1), false)
      .then((folder) => folder.removeEntry(name))
      .catch(() => undefined)
  }

  /** Deletes folders that we made and that have nothing in them. */
  async removeEmptyFolders(): Promise<void> {
    for (const path of this.#made.splice(0).reverse()) {
      const name = path.at(-1) ?? ''
      // One that is not empty is not deleted, and that is as it should be.
      await this.#enter(path.slice(0, -1), false)
        .then((folder) => folder.removeEntry(name))
        .catch(() => undefined)
    }
  }

  async #claim(number: number): Promise<FileSystemFileHandle> {
    const before = this.#before.get(number)
    if (before) return this.#enter(before.slice(0, -1), true).then((at) => fileIn(at, before))
    const path = this.#paths[number]
    if (!path) throw new RangeError(`no file ${number}`)
    const { folder, names } = await this.#folder(path.folders)
    const { handle, name } = await makeNew(folder, path.name, 'file')
    this.#before.set(number, [...names, name])
    this.#claimed({ file: number, path: [...names, name] })
    return handle
  }

  /** The folder that a folder of the offer has become. The outermost is always a new one. */
  async #folder(
    folders: readonly string[],
  ): Promise<{ folder: FileSystemDirectoryHandle; names: readonly string[] }> {
    const name = folders.at(-1)
    if (name === undefined) return { folder: this.#root, names: [] }
    const key = folders.join('/')
    const known = this.#folders.get(key)
    if (known) return { folder: await this.#enter(known, true), names: known }
    const { folder: outer, names: above } = await this.#folder(folders.slice(0, -1))
    const made = await makeNew(outer, name, 'directory')
    const names = [...above, made.name]
    this.#folders.set(key, names)
    this.#made.push(names)
    return { folder: made.handle, names }
  }

  async #enter(names: readonly string[], create: boolean): Promise<FileSystemDirectoryHandle> {
    let folder = this.#root
    for (const name of names) folder = await folder.getDirectoryHandle(name, { create })
    return folder
  }

  #recall(number: number, path: readonly string[]): void {
    this.#before.set(number, path)
    const folders = this.#paths[number]?.folders ?? []
    for (let depth = 1; depth <= folders.length; depth += 1) {
      this.#folders.set(folders.slice(0, depth).join('/'), path.slice(0, depth))
    }
  }
}

function fileIn(folder: FileSystemDirectoryHandle, path: readonly string[]) {
  return folder.getFileHandle(path.at(-1) ?? '', { create: true })
}

type Made<Kind> = Kind extends 'file' ? FileSystemFileHandle : FileSystemDirectoryHandle

/** Makes a file or a folder under the name, or the next free one; or under a plainer one that the browser takes. */
async function makeNew<Kind extends 'file' | 'directory'>(
  folder: FileSystemDirectoryHandle,
  name: string,
  kind: Kind,
): Promise<{ handle: Made<Kind>; name: string }> {
  try {
    return await makeFree(folder, name, kind)
  } catch (error) {
    // A name that the browser gives to nothing on the disk.
    if (!(error instanceof TypeError)) throw error
    return makeFree(folder, plainName(name), kind)
  }
}

async function makeFree<Kind extends 'file' | 'directory'>(
  folder: FileSystemDirectoryHandle,
  name: string,
  kind: Kind,
): Promise<{ handle: Made<Kind>; name: string }> {
  for (const free of freeNames(name, kind)) {
    if (await isTaken(folder, free)) continue
    const made =
      kind === 'file'
        ? await folder.getFileHandle(free, { create: true })
        : await folder.getDirectoryHandle(free, { create: true })
    return { handle: made as Made<Kind>, name: free }
  }
  throw new RangeError('names never end')
}

/** The disk itself decides what is the same name: some do not tell capitals apart. */
async function isTaken(folder: FileSystemDirectoryHandle, name: string): Promise<boolean> {
  try {
    await folder.getFileHandle(name)
    return true
  } catch (error) {
    if (!(error instanceof DOMException)) throw error
    if (error.name === 'NotFoundError') return false
    // A folder of that name.
    if (error.name === 'TypeMismatchError') return true
    throw error
  }
}
