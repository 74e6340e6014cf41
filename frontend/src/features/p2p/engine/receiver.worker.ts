/**
 * The worker behind the stores: checks blocks and has them written, so that hashing and writing never hold up the
 * page and memory stays flat whatever a file's size. It keeps a journal of what is there to stay, in a folder of
 * the origin-private file system that each transfer has, wherever its content goes.
 */
import { sha256Of } from '@/lib/sha256'
import { type ReceivedBlock } from './block-store'
import { ChosenFiles } from './chosen-files'
import { type ContentFiles } from './content-files'
import { sameDigest } from './digest'
import { isOutOfSpace, TransferError, travels } from './failure'
import { claimEntry, readClaims } from './folder-claims'
import {
  blockEntries,
  deliveryEntry,
  type Journal,
  readJournal,
  type WrittenBlock,
} from './journal'
import { openFile, OpfsFiles, type SyncAccess } from './opfs-files'
import { CLAIMS, JOURNAL, SHORT_GRACE_MS, sweepOpfs } from './opfs-sweep'
import { BLOCK_BYTES } from './protocol'
import {
  type Destination,
  type NumberedAnswer,
  type NumberedCall,
  type StoreAnswer,
  type StoreCall,
} from './store-calls'
import { WriteBatch } from './write-batch'

const batch = new WriteBatch()
let content: ContentFiles | undefined
let journal: SyncAccess | undefined
let claims: SyncAccess | undefined
/** Blocks that are in the batch, and the calls that brought them. */
const waiting: { readonly id: number; readonly block: WrittenBlock }[] = []
/** Blocks of files that are not finished, where only what is finished lasts. */
const unfinished = new Map<number, WrittenBlock[]>()
/** The last step: each waits for the one before. */
let last: Promise<void> = Promise.resolve()
/** Calls that have come and whose turn has not. */
let queued = 0
/** Files that are being ended, beside everything else. */
const finishing = new Set<Promise<void>>()

self.addEventListener('message', ({ data: { id, call } }: MessageEvent<NumberedCall>) => {
  if (call.op === 'finish') {
    // All of it is written, and putting it in place may take a while: what comes next need not wait.
    const ending = reply(id, call).finally(() => finishing.delete(ending))
    finishing.add(ending)
    return
  }
  queued += 1
  last = last.then(() => handle(id, call))
})

async function handle(id: number, call: StoreCall): Promise<void> {
  queued -= 1
  if (call.op === 'write') return write(id, call.block)
  await flush()
  await Promise.all(finishing)
  await reply(id, call)
}

async function reply(id: number, call: Exclude<StoreCall, { op: 'write' }>): Promise<void> {
  post(id, await answer(call).catch(explain))
}

async function answer(call: Exclude<StoreCall, { op: 'write' }>): Promise<StoreAnswer> {
  switch (call.op) {
    case 'open':
      return { ok: true, journal: await openFolder(call.directory, call.destination) }
    case 'finish':
      return { ok: true, content: await finish(call.file) }
    case 'close':
      await close(call.keep)
      return { ok: true }
  }
}

/** Opens the folder, which is made where there is none, and checks what an earlier page left in it. */
async function openFolder(path: string, destination: Destination | undefined): Promise<Journal> {
  if (!('createSyncAccessHandle' in FileSystemFileHandle.prototype)) {
    throw new TransferError('unwritable', 'no synchronous access')
  }
  let folder = await navigator.storage.getDirectory()
  for (const name of path.split('/')) {
    folder = await folder.getDirectoryHandle(name, { create: true })
  }
  journal = (await openFile(folder, JOURNAL)).access
  const { blocks, delivered } = readJournal(readAll(journal))
  if (destination) {
    const noted = (claims = (await openFile(folder, CLAIMS)).access)
    content = new ChosenFiles(destination, readClaims(readAll(noted)), (claim) => {
      append(noted, claimEntry(claim))
    })
    // Files that were put in place are their person's: they may be elsewhere by now.
    return { blocks, delivered }
  }
  const files = new OpfsFiles(folder)
  content = files
  const kept: WrittenBlock[] = []
  for (const block of blocks) if (await isThere(files, block)) kept.push(block)
  return { blocks: kept, delivered }
}

/** Whether a block is on the disk as the journal says: the machine may have lost its power meanwhile. */
async function isThere(files: OpfsFiles, { file, block, digest }: WrittenBlock): Promise<boolean> {
  const bytes = await files.read(file, block * BLOCK_BYTES, BLOCK_BYTES)
  return sameDigest(await sha256Of(bytes), digest)
}

/** Checks a block and puts it with the others; it is answered when they are written. */
async function write(id: number, block: ReceivedBlock): Promise<void> {
  try {
    const file = await opened().open(block.file)
    if (!batch.takes(file, block)) await flush()
    await batch.add(file, block)
    waiting.push({ id, block: { file: block.file, block: block.block, digest: block.digest } })
  } catch (error) {
    await flush()
    post(id, explain(error))
    return
  }
  // Whoever writes faster than blocks come writes them one by one, and loses next to none when the browser dies.
  if (batch.full || queued === 0) await flush()
}

/** Writes what waits, notes it in the journal, and answers every block of it. */
async function flush(): Promise<void> {
  const written = waiting.splice(0)
  let answer: StoreAnswer = { ok: true }
  try {
    if (written.length > 0) {
      await writeBatch()
      note(written.map(({ block }) => block))
    }
  } catch (error) {
    batch.clear()
    answer = explain(error)
  }
  for (const { id } of written) post(id, answer)
}

/** Where space has run out, what earlier transfers left may make room. */
async function writeBatch(): Promise<void> {
  try {
    await batch.write()
  } catch (error) {
    if (!isOutOfSpace(error)) throw error
    await sweepOpfs(Date.now(), SHORT_GRACE_MS)
    await batch.write()
  }
}

/** Notes blocks at once where they last, else when their file is finished. */
function note(blocks: readonly WrittenBlock[]): void {
  if (opened().lasting) {
    append(journal, blockEntries(blocks))
    return
  }
  for (const block of blocks) {
    const before = unfinished.get(block.file)
    if (before) before.push(block)
    else unfinished.set(block.file, [block])
  }
}

function append(file: SyncAccess | undefined, entries: Uint8Array<ArrayBuffer>): void {
  if (file?.write(entries, { at: file.getSize() }) !== entries.length) {
    throw new TransferError('out_of_space', 'the disk is full')
  }
}

function readAll(file: SyncAccess): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(file.getSize())
  file.read(bytes, { at: 0 })
  return bytes
}

async function finish(number: number): Promise<File> {
  const file = await opened().finish(number)
  append(journal, blockEntries(unfinished.get(number) ?? []))
  append(journal, deliveryEntry(number))
  unfinished.delete(number)
  return file
}

async function close(keep: boolean): Promise<void> {
  await content?.close(keep)
  journal?.close()
  claims?.close()
  journal = claims = content = undefined
}

function opened(): ContentFiles {
  if (!content) throw new TransferError('unwritable', 'the store is not open')
  return content
}

function post(id: number, answer: StoreAnswer): void {
  self.postMessage({ id, answer } satisfies NumberedAnswer)
}

function explain(error: unknown): StoreAnswer {
  if (error instanceof TransferError && travels(error.code)) {
    return { ok: false, code: error.code, message: error.message }
  }
  return isOutOfSpace(error)
    ? { ok: false, code: 'out_of_space', message: 'the disk is full' }
    : { ok: false, code: 'unwritable', message: 'a file could not be written' }
}
