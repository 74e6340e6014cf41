/** A hundred transfers in a row, and whether every file arrived as it was sent. Called by `run.mjs`. */
import { randomInt } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { chromium } from 'playwright-core'
import { manyTransfers } from '../support/many-transfers.mjs'
import { startServer } from './server-process.mjs'

const TRANSFERS = 100
const PEOPLE = 5
const LARGEST = 16 * 1024 * 1024

/** After how many rooms it is said how far things are. */
const SAY_EVERY = 5

/** Measures and prints. `SEED` has a run again. */
export async function measureSoak(binary) {
  const seed = Number(process.env.SEED ?? randomInt(2 ** 32))
  print(`${TRANSFERS} transfers, SEED=${seed}`)
  const folder = await mkdtemp(path.join(tmpdir(), 'sharesync-bench-'))
  const server = await startServer(binary)
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  })
  const started = performance.now()
  const say = ({ transfers, files, bytes, wrong }) => {
    const seconds = ((performance.now() - started) / 1000).toFixed(0)
    print(
      `${transfers} transfers, ${files} files, ${(bytes / 1e6).toFixed(0)} MB ` +
        `in ${seconds} s: ${wrong.length} wrong`,
    )
  }
  try {
    const people = []
    while (people.length < PEOPLE) people.push(await browser.newContext())
    let rooms = 0
    const each = (report) => {
      rooms += 1
      if (rooms % SAY_EVERY === 0) say(report)
    }
    const options = { seed, transfers: TRANSFERS, largest: LARGEST, folder, each }
    const report = await manyTransfers(people, server.url, options)
    say(report)
    for (const line of report.wrong) print(line)
    if (report.wrong.length > 0) process.exitCode = 1
  } finally {
    await browser.close()
    await server.stop()
    await rm(folder, { recursive: true })
  }
}

function print(line) {
  process.stdout.write(`${line}\n`)
}
