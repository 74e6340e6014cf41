/**
 * How fast the command sends to a browser and a browser to the command, beside two windows of the same browser, on
 * loopback; with a Chromium and with a Firefox. Called by `run.mjs`.
 *
 * The three take turns, because a machine's speed drifts.
 */
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as pass } from 'node:timers/promises'
import { chromium, firefox } from 'playwright-core'
import { carry, CommandEnd, PageEnd } from './ends.mjs'
import { median } from './median.mjs'
import { randomFile } from './random-file.mjs'
import { startServer } from './server-process.mjs'

const BYTES = Number(process.env.COMMAND_BYTES ?? 256e6)
const ROUNDS = Number(process.env.COMMAND_ROUNDS ?? 5)
const GOAL = 90

/** Measures and prints. */
export async function measureMixed(binary) {
  const folder = await mkdtemp(path.join(tmpdir(), 'sharesync-bench-'))
  const server = await startServer(binary)
  try {
    const file = await randomFile(path.join(folder, 'bench.bin'), BYTES)
    const command = new CommandEnd(path.join(folder, 'command'))
    for (const [name, open] of [
      ['Chromium', openChromium],
      ['Firefox', openFirefox],
    ]) {
      const { page, close } = await open(folder)
      try {
        await measure(name, { page, command }, server.url, file)
      } finally {
        await close()
      }
    }
  } finally {
    await server.stop()
    await rm(folder, { recursive: true })
  }
}

async function measure(name, { page, command }, base, file) {
  const ways = [
    { name: `${name} → ${name}`, ends: [page, page], rates: [] },
    { name: `command → ${name}`, ends: [command, page], rates: [] },
    { name: `${name} → command`, ends: [page, command], rates: [] },
  ]
  // The first of each kind warms caches and code up and does not count.
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const { ends, rates } of ways) {
      const rate = BYTES / (await carry(...ends, base, file))
      if (round > 0) rates.push(rate)
    }
  }
  const yardstick = median(ways[0].rates)
  for (const { name: way, rates } of ways) {
    const rate = median(rates)
    const ratio =
      way === ways[0].name ? '' : `, ${((100 * rate) / yardstick).toFixed(1)} % (goal: ${GOAL} %)`
    print(`${way.padEnd(20)} ${mega(rate)} MB/s (${rates.map(mega).join(', ')})${ratio}`)
  }
}

/** An ordinary window, whose files are on the disk. */
export async function openChromium(folder) {
  const context = await chromium.launchPersistentContext(path.join(folder, 'chromium'), {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  })
  const page = new PageEnd(context, async (download) => (await download).delete())
  return { context, page, close: () => context.close() }
}

/** The machine's own, unchanged, by WebDriver BiDi, which cannot be told some of what the driver sets elsewhere. */
async function openFirefox(folder) {
  const downloads = path.join(folder, 'downloads')
  await mkdir(downloads)
  const context = await firefox.launchPersistentContext(path.join(folder, 'firefox'), {
    channel: 'moz-firefox',
    executablePath: process.env.FIREFOX ?? '/usr/bin/firefox-esr',
    downloadsPath: downloads,
    colorScheme: null,
    reducedMotion: null,
    forcedColors: null,
    contrast: null,
  })
  // It does not tell its driver when a download has ended.
  const page = new PageEnd(context, async () => {
    let names = []
    while (names.length === 0 || names.some((name) => name.endsWith('.part'))) {
      await pass(50)
      names = await readdir(downloads)
    }
    for (const name of names) await rm(path.join(downloads, name))
  })
  return { page, close: () => context.close() }
}

function mega(rate) {
  return (rate / 1e6).toFixed(1)
}

function print(line) {
  process.stdout.write(`${line}\n`)
}
