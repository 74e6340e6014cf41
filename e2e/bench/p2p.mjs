/**
 * How fast the room page moves a file, beside a bare data channel between the same two browser contexts: in
 * ordinary windows, whose files are on the disk, and in private ones, whose files are in the browser's memory.
 *
 *   node e2e/bench/p2p.mjs http://127.0.0.1:5001 [megabytes] [rounds]
 *
 * Bare channel and product take turns within one run, because a machine's speed drifts. Prints the median
 * of each, their ratio, the time from opening the room page to the open data channel, and what a gigabyte
 * costs in CPU seconds (both browsers together). `make bench` calls it.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { chromium } from 'playwright-core'
import { bareTransfer } from './bare-channel.mjs'
import { median } from './median.mjs'
import { productTransfer } from './product-transfer.mjs'
import { randomFile } from './random-file.mjs'

const MEGABYTE = 1e6

const [base, megabytes = '256', rounds = '5'] = process.argv.slice(2)
if (!base) throw new Error('usage: p2p.mjs BASE_URL [MEGABYTES] [ROUNDS]')
const bytes = Number(megabytes) * MEGABYTE

const folder = await mkdtemp(path.join(tmpdir(), 'sharesync-bench-'))
const options = {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
}
try {
  const file = await randomFile(path.join(folder, 'bench.bin'), bytes)
  await inOrdinaryWindows(file)
  await inPrivateWindows(file)
} finally {
  await rm(folder, { recursive: true })
}

/** Two windows of one profile. */
async function inOrdinaryWindows(file) {
  const profile = await chromium.launchPersistentContext(path.join(folder, 'profile'), options)
  try {
    print('ordinary windows')
    await measure([profile, profile], file)
  } finally {
    await profile.close()
  }
}

async function inPrivateWindows(file) {
  const browser = await chromium.launch(options)
  try {
    print('private windows')
    await measure([await browser.newContext(), await browser.newContext()], file)
  } finally {
    await browser.close()
  }
}

async function measure(contexts, file) {
  const runs = { bare: [], product: [] }
  // The first transfer of each kind warms caches and code up and does not count.
  for (let round = 0; round <= Number(rounds); round += 1) {
    const bare = await bareTransfer(contexts, base, bytes)
    const product = await productTransfer(contexts, base, file)
    const note = round === 0 ? 'warm-up' : `round ${round}`
    print(`${note}: bare ${speed(bare)} MB/s, product ${speed(product)} MB/s`)
    if (round === 0) continue
    runs.bare.push(bare)
    runs.product.push(product)
  }
  report(runs)
}

function report({ bare, product }) {
  const bareSpeed = median(bare.map((run) => bytes / run.seconds))
  const productSpeed = median(product.map((run) => bytes / run.seconds))
  const perGigabyte = (runs) => median(runs.map((run) => run.cpu / (bytes / 1e9)))
  const [bareCpu, productCpu] = [perGigabyte(bare), perGigabyte(product)]
  const open = median(product.map((run) => run.openedAfter))
  print(`bare channel   ${(bareSpeed / MEGABYTE).toFixed(1)} MB/s, ${bareCpu.toFixed(1)} CPU s/GB`)
  print(
    `product        ${(productSpeed / MEGABYTE).toFixed(1)} MB/s, ${productCpu.toFixed(1)} CPU s/GB`,
  )
  print(`ratio          ${((100 * productSpeed) / bareSpeed).toFixed(1)} % (goal: 95 %)`)
  print(`CPU            ${(productCpu / bareCpu).toFixed(2)} times as much (goal: 1.1)`)
  print(`page to open   ${open.toFixed(0)} ms (goal: below 1000 ms)`)
}

function speed({ seconds }) {
  return (bytes / seconds / MEGABYTE).toFixed(1)
}

function print(line) {
  process.stdout.write(`${line}\n`)
}
