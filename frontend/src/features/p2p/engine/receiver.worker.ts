/**
 * The worker behind `OpfsStore`: checks blocks and writes them to the origin-private file system
 * (WHATWG File System Standard) through synchronous access handles, which only workers have, so that
 * hashing and writing never hold up the page and memory stays flat whatever a file's size.
 */
import { type ReceivedBlock } from './block-store'
import { TransferError, travels } from './failure'
import { SHORT_GRACE_MS, sweepOpfs } from './opfs-sweep'
import { type OpfsAnswer, type OpfsCall } from './opfs-calls'
import { type SyncAccess, WriteBatch } from './write-batch'

/** How long a checked block may wait for company before it is written, in milliseconds. */
const BATCH_WAIT_MS = 200

type SyncFileHandle = FileSystemFileHandle & { createSyncAccessHandle(): Promise<SyncAccess> }

interface OpenFile {
  readonly entry: FileSystemFileHandle
  readonly access: SyncAccess
}

const open = new Map<number, OpenFile>()
const batch = new WriteBatch()
let directory: FileSystemDirectoryHandle | undefined
/** The last step: each waits for the one before. */
let last: Promise<void> = Promise.resolve()
let timer: ReturnType<typeof setTimeout> | undefined

self.addEventListener('message', (event: MessageEvent<OpfsCall>) => {
  last = last.then(() => handle(event.data))
})

async function handle(call: OpfsCall): Promise<void> {
  if (call.op === 'write') return write(call.block)
  await flush()
  self.postMessage(await answer(call))
}

async function answer(call: Exclude<OpfsCall, { op: 'write' }>): Promise<OpfsAnswer> {
  try {
    switch (call.op) {
      case 'open':
        directory = await openDirectory(call.directory)
        return { ok: true }
      case 'finish':
        return { ok: true, content: await finish(call.file) }
      case 'abandon':
        await abandon()
        return { ok: true }
    }
  } catch (error) {
    return explain(error)
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

/** Checks a block and puts it with the others; it is answered when they are written. */
async function write(block: ReceivedBlock): Promise<void> {
  try {
    const { access } = await openFile(block.file)
    if (!batch.takes(access, block)) await flush()
    await batch.add(access, block)
  } catch (error) {
    await flush()
    self.postMessage(explain(error))
    return
  }
  if (batch.full || block.last) await flush()
  else timer ??= setTimeout(() => (last = last.then(flush)), BATCH_WAIT_MS)
}

/** Writes what waits, and answers every block of it. */
async function flush(): Promise<void> {
  clearTimeout(timer)
  timer = undefined
  const { blocks } = batch
  let answer: OpfsAnswer = { ok: true }
  try {
    if (blocks > 0) await writeBatch()
  } catch (error) {
    batch.clear()
    answer = explain(error)
  }
  for (let block = 0; block < blocks; block += 1) self.postMessage(answer)
}

/** Where space has run out, what earlier transfers left may make room. */
async function writeBatch(): Promise<void> {
  try {
    batch.write()
  } catch (error) {
    if (!isOutOfSpace(error)) throw error
    await sweepOpfs(Date.now(), SHORT_GRACE_MS)
    batch.write()
  }
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

function explain(error: unknown): OpfsAnswer {
  if (error instanceof TransferError && travels(error.code)) {
    return { ok: false, code: error.code, message: error.message }
  }
  return isOutOfSpace(error)
    ? { ok: false, code: 'out_of_space', message: 'the disk is full' }
    : { ok: false, code: 'unwritable', message: 'a file could not be written' }
}

function isOutOfSpace(error: unknown): boolean {
  if (error instanceof TransferError) return error.code === 'out_of_space'
  // A DOMException in older browsers, a class of its own in newer ones.
  return error instanceof Error && error.name === 'QuotaExceededError'
}
