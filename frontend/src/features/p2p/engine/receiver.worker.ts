/**
 * The worker behind `OpfsStore`: checks blocks and writes them to the origin-private file system
 * (WHATWG File System Standard) through synchronous access handles, which only workers have, so that
 * hashing and writing never hold up the page and memory stays flat whatever a file's size.
 */
import { assemble, type ReceivedBlock } from './block-store'
import { TransferError, travels } from './failure'
import { type OpfsAnswer, type OpfsCall } from './opfs-calls'
import { BLOCK_BYTES } from './protocol'

/** What TypeScript's types for pages leave out, because only workers have it. */
interface SyncAccess {
  write(bytes: Uint8Array, options: { at: number }): number
  close(): void
}
type SyncFileHandle = FileSystemFileHandle & { createSyncAccessHandle(): Promise<SyncAccess> }

interface OpenFile {
  readonly entry: FileSystemFileHandle
  readonly access: SyncAccess
}

const open = new Map<number, OpenFile>()
/** One block's memory, used for every block. */
const scratch = new Uint8Array(BLOCK_BYTES)
let directory: FileSystemDirectoryHandle | undefined
/** The last call: each waits for the one before. */
let last: Promise<void> = Promise.resolve()

self.addEventListener('message', (event: MessageEvent<OpfsCall>) => {
  last = last.then(async () => self.postMessage(await answer(event.data)))
})

async function answer(call: OpfsCall): Promise<OpfsAnswer> {
  try {
    switch (call.op) {
      case 'open':
        directory = await openDirectory(call.directory)
        return { ok: true }
      case 'write':
        await write(call.block)
        return { ok: true }
      case 'finish':
        return { ok: true, content: await finish(call.file) }
      case 'abandon':
        await abandon()
        return { ok: true }
    }
  } catch (error) {
    return { ok: false, ...explain(error) }
  }
}

/** Makes the folder, and its parent where there is none. */
async function openDirectory(path: string): Promise<FileSystemDirectoryHandle> {
  if (!('createSyncAccessHandle' in FileSystemFileHandle.prototype)) {
    throw new TransferError('unwritable', 'no synchronous access')
  }
  let folder = await navigator.storage.getDirectory()
  for (const name of path.split('/')) {
    folder = await folder.getDirectoryHandle(name, { create: true })
  }
  return folder
}

async function write(block: ReceivedBlock): Promise<void> {
  const { access } = await openFile(block.file)
  const bytes = await assemble(block, scratch)
  const written = access.write(bytes, { at: block.block * BLOCK_BYTES })
  if (written !== bytes.length) throw new TransferError('out_of_space', 'the disk is full')
}

async function finish(number: number): Promise<File> {
  const { entry, access } = await openFile(number)
  access.close()
  open.delete(number)
  return entry.getFile()
}

/** Deletes every file that is not finished. */
async function abandon(): Promise<void> {
  for (const { entry, access } of open.values()) {
    access.close()
    await directory?.removeEntry(entry.name)
  }
  open.clear()
}

async function openFile(number: number): Promise<OpenFile> {
  const there = open.get(number)
  if (there) return there
  if (!directory) throw new TransferError('unwritable', 'the store is not open')
  const entry = (await directory.getFileHandle(String(number), { create: true })) as SyncFileHandle
  const file = { entry, access: await entry.createSyncAccessHandle() }
  open.set(number, file)
  return file
}

function explain(error: unknown): Omit<Extract<OpfsAnswer, { ok: false }>, 'ok'> {
  if (error instanceof TransferError && travels(error.code)) {
    return { code: error.code, message: error.message }
  }
  const full = error instanceof DOMException && error.name === 'QuotaExceededError'
  return full
    ? { code: 'out_of_space', message: 'the disk is full' }
    : { code: 'unwritable', message: 'a file could not be written' }
}
