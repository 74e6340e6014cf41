/**
 * How fast the room page moves a file over distance and loss, beside one bare data channel between the same
 * two browsers. Called by `run.mjs`; needs a laboratory (see `e2e/lab`), and says so where there can be none.
 *
 * Each line is drawn anew with two browsers of its own, each on a machine of its own. Bare channel and
 * product take turns. The bare channel is counted for a fixed time; the product gets a file that takes it
 * about as long, judged by the round before.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { launchOn } from '../lab/browser.mjs'
import { floodRate } from '../lab/flood.mjs'
import { buildLines, SEGMENT } from '../lab/lines.mjs'
import { obstacle } from '../lab/namespaces.mjs'
import { bareRate } from './bare-channel.mjs'
import { median } from './median.mjs'
import { productTransfer } from './product-transfer.mjs'
import { randomFile } from './random-file.mjs'
import { startServer } from './server-process.mjs'

const MEGABYTE = 1e6
const ROUNDS = 3

/** How long a transfer of either kind shall take, in seconds. */
const SECONDS = 7

/** The first file, which tells how large the others must be; the least and the most that they may have. */
const TRIAL_BYTES = MEGABYTE
const LARGEST_BYTES = 1000 * MEGABYTE

/** What several connections shall reach over one: round trip in milliseconds, percent lost, how many times. */
const GOALS = [
  { roundTrip: 50, loss: 0, times: 1.5 },
  { roundTrip: 100, loss: 0, times: 6 },
  { roundTrip: 50, loss: 1, times: 5 },
]

/** The lines of every run, in about six minutes. */
export const SOME_LINES = [
  { roundTrip: 20, loss: 0 },
  { roundTrip: 50, loss: 0 },
  { roundTrip: 100, loss: 0 },
  { roundTrip: 300, loss: 0 },
  { roundTrip: 50, loss: 1 },
]

/** All of them, in about twenty-five. */
export const EVERY_LINE = [0, 20, 50, 100, 300].flatMap((roundTrip) =>
  [0, 0.5, 1, 2].map((loss) => ({ roundTrip, loss })),
)

/** Measures and prints. */
export async function measureLines(binary, natures) {
  const reason = obstacle()
  if (reason) {
    print(`lines: not measured. ${reason}`)
    return
  }
  const folder = await mkdtemp(path.join(tmpdir(), 'sharesync-bench-'))
  try {
    for (const nature of natures) await measureLine(binary, nature, path.join(folder, 'bench.bin'))
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function measureLine(binary, nature, file) {
  const network = await buildLines(nature)
  const { left, right, segment, addresses } = network
  const started = []
  try {
    const limit = await floodRate(left, right, addresses.right)
    const server = await startServer(binary, { variables: { HOST: SEGMENT }, machine: segment })
    started.push(() => server.stop())
    const contexts = []
    for (const machine of [left, right]) {
      const browser = await launchOn(machine, server.url)
      started.push(() => browser.close())
      contexts.push(await browser.newContext())
    }
    report(nature, limit, await rounds(contexts, server.url, file))
  } finally {
    for (const stop of started.reverse()) await stop()
    network.close()
  }
}

/** Bytes a second of each kind, round by round. */
async function rounds(contexts, base, file) {
  const rates = { bare: [], product: [] }
  // Also warms caches and code up.
  let expected = await productRate(contexts, base, await randomFile(file, TRIAL_BYTES), TRIAL_BYTES)
  for (let round = 0; round < ROUNDS; round += 1) {
    const bare = await bareRate(contexts, base, SECONDS)
    if (round === 0) expected = Math.max(expected, bare)
    const bytes = Math.min(Math.max(Math.round(expected * SECONDS), TRIAL_BYTES), LARGEST_BYTES)
    const product = await productRate(contexts, base, await randomFile(file, bytes), bytes)
    expected = product
    rates.bare.push(bare)
    rates.product.push(product)
  }
  return rates
}

async function productRate(contexts, base, file, bytes) {
  const { seconds } = await productTransfer(contexts, base, file)
  return bytes / seconds
}

function report({ roundTrip, loss }, limit, { bare, product }) {
  const times = median(product) / median(bare)
  const goal = GOALS.find((goal) => goal.roundTrip === roundTrip && goal.loss === loss)
  print(`${roundTrip} ms round trip, ${loss} % lost (the line lets ${speed(limit)} MB/s through)`)
  for (const [name, rates] of [
    ['bare channel', bare],
    ['product', product],
  ]) {
    print(`  ${name.padEnd(12)} ${speed(median(rates))} MB/s (${rates.map(speed).join(', ')})`)
  }
  print(`  ratio        ${times.toFixed(2)}${goal ? ` (goal: ${goal.times})` : ''}`)
}

function speed(rate) {
  return (rate / MEGABYTE).toFixed(2)
}

function print(line) {
  process.stdout.write(`${line}\n`)
}
