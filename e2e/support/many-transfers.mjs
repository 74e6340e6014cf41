/**
 * Many transfers in a row, all of them decided by one number, so that what went wrong once can be had again.
 * Used by a story and by the benchmark, which do not have the same test runner: so it only looks and reports.
 *
 * Some people take turns to send. All others receive, one of them late, when something is on its way already.
 */
import { createCipheriv, createHash } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { sha256 } from './sha256.mjs'

const KIB = 1024
const BLOCK = 256 * KIB

/** Lengths at which something is different: nothing, a block that is not full, one that is just full. */
const EDGES = [0, 1, BLOCK - 1, BLOCK, BLOCK + 1]

/** Files in one room at most. */
const MOST_FILES = 8

/** How long a room may take, in milliseconds. */
const PATIENCE = 240_000

/**
 * @typedef {object} Report
 * @property {number} transfers How many came to their end.
 * @property {number} files
 * @property {number} bytes
 * @property {string[]} wrong Files that did not arrive as they were sent, each as a sentence.
 */

/**
 * Runs transfers until there were so many.
 * @param {import('playwright-core').BrowserContext[]} people Who takes part: three or more.
 * @param {string} base The server's address.
 * @param {{
 *   seed: number, transfers: number, largest: number, folder: string, each?: (report: Report) => void
 * }} options No file has more than `largest` bytes; `folder` is where they may lie; `each` hears of every room.
 * @returns {Promise<Report>}
 */
export async function manyTransfers(people, base, { seed, transfers, largest, folder, each }) {
  const random = seededRandom(seed)
  const report = { transfers: 0, files: 0, bytes: 0, wrong: [] }
  for (let room = 0; report.transfers < transfers; room += 1) {
    const files = await makeFiles(path.join(folder, String(room)), random, largest)
    const [sender, ...receivers] = [...people.slice(room % people.length), ...people].slice(
      0,
      people.length,
    )
    const arrived = await oneRoom(sender, receivers, base, files)
    for (const [index, digests] of arrived.entries())
      compare(report, files, digests, { room, index })
    await rm(path.join(folder, String(room)), { recursive: true })
    each?.(report)
  }
  return report
}

/** One sends, the others receive; returns what each of them downloaded, by name. */
async function oneRoom(sender, receivers, base, files) {
  const sending = await sender.newPage()
  sending.setDefaultTimeout(PATIENCE)
  try {
    await sending.goto(new URL('/p2p', base).href)
    await sending.getByLabel('Choose files').setInputFiles(files.map((file) => file.path))
    const link = await sending.getByRole('textbox', { name: 'Room link' }).inputValue()
    const late = receivers.length - 1
    const [begun, begin] = signal()
    const arrived = await Promise.all(
      receivers.map(async (receiver, index) => {
        if (index === late) await begun
        return receive(receiver, link, files.length, begin)
      }),
    )
    const verified = sending.getByRole('status').filter({ hasText: 'Verified' })
    await verified.nth(late).waitFor()
    return arrived
  } finally {
    await sending.close()
  }
}

async function receive(receiver, link, count, begin) {
  const page = await receiver.newPage()
  page.setDefaultTimeout(PATIENCE)
  const downloads = []
  const [all, haveAll] = signal()
  page.on('download', (download) => {
    downloads.push(download)
    if (downloads.length === count) haveAll()
  })
  try {
    await page.goto(link)
    await page.getByRole('button', { name: 'Accept' }).click()
    begin()
    await page.getByRole('status').filter({ hasText: 'Verified' }).waitFor()
    await all
    const digests = new Map()
    for (const download of downloads) {
      digests.set(download.suggestedFilename(), await sha256(await download.path()))
      await download.delete()
    }
    return digests
  } finally {
    await page.close()
  }
}

/** A promise, and what fulfils it. */
function signal() {
  let give
  const given = new Promise((resolve) => (give = resolve))
  return [given, give]
}

function compare(report, files, digests, { room, index }) {
  report.transfers += 1
  for (const { name, size, digest } of files) {
    report.files += 1
    report.bytes += size
    if (digests.get(name) === digest) continue
    report.wrong.push(`room ${room}, receiver ${index}: ${name} of ${size} bytes`)
  }
}

/** Writes a room's files, each with its SHA-256. */
async function makeFiles(folder, random, largest) {
  await mkdir(folder, { recursive: true })
  const count = 1 + Math.floor(random() * MOST_FILES)
  const files = []
  for (let index = 0; index < count; index += 1) {
    const file = {
      name: `${index}.bin`,
      path: path.join(folder, `${index}.bin`),
      size: size(random, largest),
    }
    const content = bytes(random, file.size)
    await writeFile(file.path, content)
    files.push({ ...file, digest: createHash('sha256').update(content).digest('hex') })
  }
  return files
}

/** Many small, some large, some just so. */
function size(random, largest) {
  const kind = random()
  if (kind < 0.2) return EDGES[Math.floor(random() * EDGES.length)]
  return Math.floor(kind < 0.8 ? BLOCK ** random() : largest * random())
}

/** Bytes that look random and follow from the seed. */
function bytes(random, length) {
  const key = Buffer.alloc(16)
  for (let at = 0; at < key.length; at += 4) key.writeUInt32BE(Math.floor(random() * 2 ** 32), at)
  return createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(length))
}

/** Numbers from 0 to 1, always the same for a seed. */
function seededRandom(seed) {
  let drawn = 0
  return () => {
    drawn += 1
    return createHash('sha256').update(`${seed} ${drawn}`).digest().readUInt32BE() / 2 ** 32
  }
}
