/**
 * Content in the origin-private file system (WHATWG File System Standard), written through synchronous access
 * handles, which only workers have. Files are called by their numbers. Used by the file worker.
 */
import { type ContentFiles } from './content-files'

/** How often, and after how many milliseconds, a file is tried again that a page just gone still holds. */
const OPEN_TRIES = 20
const OPEN_WAIT_MS = 100

/** `FileSystemSyncAccessHandle`, which TypeScript knows in workers only. */
export interface SyncAccess {
  getSize(): number
  read(bytes: Uint8Array, options: { at: number }): number
  write(bytes: Uint8Array, options: { at: number }): number
  close(): void
}

type SyncFileHandle = FileSystemFileHandle & { createSyncAccessHandle(): Promise<SyncAccess> }

/** A file, and the hold on it. */
export interface OpenFile {
  readonly entry: FileSystemFileHandle
  readonly access: SyncAccess
}

/** Files in a transfer's own folder. */
export class OpfsFiles implements ContentFiles {
  readonly lasting = true
  readonly #folder: FileSystemDirectoryHandle
  readonly #open = new Map<number, OpenFile>()

  constructor(folder: FileSystemDirectoryHandle) {
    this.#folder = folder
  }

  async open(file: number): Promise<SyncAccess> {
    return (await this.#file(file)).access
  }

  async read(file: number, at: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    const { access } = await this.#file(file)
    const bytes = new Uint8Array(length)
    return bytes.subarray(0, access.read(bytes, { at }))
  }

  async finish(file: number): Promise<File> {
    const { entry, access } = await this.#file(file)
    access.close()
    this.#open.delete(file)
    return entry.getFile()
  }

  close(): Promise<void> {
    for (const { access } of this.#open.values()) access.close()
    this.#open.clear()
    return Promise.resolve()
  }

  async #file(number: number): Promise<OpenFile> {
    const there = this.#open.get(number)
    if (there) return there
    const file = await openFile(this.#folder, String(number))
    this.#open.set(number, file)
    return file
  }
}

/** Opens a file of that name, which is made where there is none. */
export async function openFile(folder: FileSystemDirectoryHandle, name: string): Promise<OpenFile> {
  const entry = (await folder.getFileHandle(name, { create: true })) as SyncFileHandle
  for (let attempt = 1; ; attempt += 1) {
    try {
      return { entry, access: await entry.createSyncAccessHandle() }
    } catch (error) {
      // A page that was reloaded lets go of its files a moment after the next one has begun.
      if (attempt === OPEN_TRIES) throw error
      await new Promise((resolve) => setTimeout(resolve, OPEN_WAIT_MS))
    }
  }
}
