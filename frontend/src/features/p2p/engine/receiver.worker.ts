/**
 * The worker behind `OpfsStore`: checks blocks and writes them to the origin-private file system
 * (WHATWG File System Standard) through synchronous access handles, which only workers have, so that
 * hashing and writing never hold up the page and memory stays flat whatever a file's size.
 */
import { type ReceivedBlock } from './block-store'
import { blockDigest, sameDigest } from './digest'
import { isOutOfSpace, TransferError, travels } from './failure'
import {
  blockEntries,
  deliveryEntry,
  type Journal,
  readJournal,
  type WrittenBlock,
} from './journal'
import { type OpfsAnswer, type OpfsCall } from './opfs-calls'
import { JOURNAL, SHORT_GRACE_MS, sweepOpfs } from './opfs-sweep'
import { BLOCK_BYTES } from './protocol'
import { type SyncAccess, WriteBatch } from './write-batch'

/** How often, and after how many milliseconds, a file is tried again that a page just gone still holds. */
const OPEN_TRIES = 20
const OPEN_WAIT_MS = 100

type SyncFileHandle = FileSystemFileHandle & { createSyncAccessHandle(): Promise<SyncAccess> }

interface OpenFile {
  readonly entry: FileSystemFileHandle
  readonly access: SyncAccess
}

const open = new Map<number, OpenFile>()
const batch = new WriteBatch()
let directory: FileSystemDirectoryHandle | undefined
let journal: SyncAccess | undefined
/** Blocks that are in the batch. */
const waiting: WrittenBlock[] = []
/** The last step: each waits for the one before. */
let last: Promise<void> = Promise.resolve()
/** Calls that have come and whose turn has not. */
let queued = 0

self.addEventListener('message', (event: MessageEvent<OpfsCall>) => {
  queued += 1
  last = last.then(() => handle(event.data))
})

async function handle(call: OpfsCall): Promise<void> {
  queued -= 1
  if (call.op === 'write') return write(call.block)
  await flush()
  self.postMessage(await answer(call))
}

async function answer(call: Exclude<OpfsCall, { op: 'write' }>): Promise<OpfsAnswer> {
  try {
    switch (call.op) {
      case 'open':
        return { ok: true, journal: await openDirectory(call.directory) }
      case 'finish':
        return { ok: true, content: await finish(call.file) }
      case 'close':
        close()
        return { ok: true }
    }
  } catch (error) {
    return explain(error)
  }
}

/** Opens the folder, which is made where there is none, and checks what an earlier page left in it. */
async function openDirectory(path: string): Promise<Journal> {
  if (!('createSyncAccessHandle' in FileSystemFileHandle.prototype)) {
    throw new TransferError('unwritable', 'no synchronous access')
  }
  let folder = await navigator.storage.getDirectory()
  for (const name of path.split('/')) {
    folder = await folder.getDirectoryHandle(name, { create: true })
  }
  directory = folder
  const { access } = await openAccess(folder, JOURNAL)
  journal = access
  const bytes = new Uint8Array(access.getSize())
  access.read(bytes, { at: 0 })
  const { blocks, delivered } = readJournal(bytes)
  const kept: WrittenBlock[] = []
  for (const block of blocks) if (await isThere(block)) kept.push(block)
  return { blocks: kept, delivered }
}

/** Whether a block is on the disk as the journal says: the machine may have lost its power meanwhile. */
async function isThere({ file, block, digest }: WrittenBlock): Promise<boolean> {
  const { access } = await openFile(file)
  const bytes = new Uint8Array(BLOCK_BYTES)
  const length = access.read(bytes, { at: block * BLOCK_BYTES })
  return sameDigest(await blockDigest(bytes.subarray(0, length)), digest)
}

/** Checks a block and puts it with the others; it is answered when they are written. */
async function write(block: ReceivedBlock): Promise<void> {
  try {
    const { access } = await openFile(block.file)
    if (!batch.takes(access, block)) await flush()
    await batch.add(access, block)
    waiting.push({ file: block.file, block: block.block, digest: block.digest })
  } catch (error) {
    await flush()
    self.postMessage(explain(error))
    return
  }
  // Whoever writes faster than blocks come writes them one by one, and loses next to none when the browser dies.
  if (batch.full || queued === 0) await flush()
}

/** Writes what waits, notes it in the journal, and answers every block of it. */
async function flush(): Promise<void> {
  const blocks = waiting.splice(0)
  let answer: OpfsAnswer = { ok: true }
  try {
    if (blocks.length > 0) {
      await writeBatch()
      append(blockEntries(blocks))
    }
  } catch (error) {
    batch.clear()
    answer = explain(error)
  }
  blocks.forEach(() => self.postMessage(answer))
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

function append(entries: Uint8Array<ArrayBuffer>): void {
  if (journal?.write(entries, { at: journal.getSize() }) !== entries.length) {
    throw new TransferError('out_of_space', 'the disk is full')
  }
}

async function finish(number: number): Promise<File> {
  const { entry, access } = await openFile(number)
  access.close()
  open.delete(number)
  append(deliveryEntry(number))
  return entry.getFile()
}

function close(): void {
  for (const { access } of open.values()) access.close()
  open.clear()
  journal?.close()
  journal = undefined
}

async function openFile(number: number): Promise<OpenFile> {
  const there = open.get(number)
  if (there) return there
  if (!directory) throw new TransferError('unwritable', 'the store is not open')
  const file = await openAccess(directory, String(number))
  open.set(number, file)
  return file
}

async function openAccess(folder: FileSystemDirectoryHandle, name: string): Promise<OpenFile> {
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

function explain(error: unknown): OpfsAnswer {
  if (error instanceof TransferError && travels(error.code)) {
    return { ok: false, code: error.code, message: error.message }
  }
  return isOutOfSpace(error)
    ? { ok: false, code: 'out_of_space', message: 'the disk is full' }
    : { ok: false, code: 'unwritable', message: 'a file could not be written' }
}
