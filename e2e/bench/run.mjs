/**
 * Measures a built server: `make bench` calls it.
 *
 *   node e2e/bench/run.mjs target/release/sharesync-server [PART…]
 *
 * The parts; where none is named, those that are not said to take long:
 *
 *   server      by itself: start, memory
 *   uploads     in parts, beside writing the same bytes locally; memory for many at once; needs 24 GB of disk
 *   downloads   a large stored file beside the same from nginx
 *   bucket      what the server takes for files of 128 MiB and 2 GiB (or BUCKET_SMALLER and BUCKET_LARGER) whose bytes go past it,
 *               beside the same through it; needs 6 GB of disk
 *   accounts    what signing in and being checked cost
 *   signaling   latency, CPU and memory under load, beside a plain Node Socket.IO server
 *   p2p         the room page beside a bare data channel, on loopback
 *   command     the command to the command, beside a bare data channel of its library between two processes
 *   mixed       the command to and from a Chromium and a Firefox, beside two windows of the same
 *   stalls      how long 200 transfers (or STALLS_TRANSFERS) of 64 MB from the command to a Chromium stand still at worst; takes long
 *   wormhole    the command to the command, beside magic-wormhole; all three with 256 MB (or COMMAND_BYTES), five times
 *               (or COMMAND_ROUNDS)
 *   lines       what p2p does over distance and loss, on some emulated lines
 *   every-line  the same on all of them; takes long
 *   relay       how soon the relay is in use where no UDP gets through
 *   frames      how smooth the sender's page stays
 *   library     a folder of 50,000 files (or LIBRARY_FILES) in the library: opening it, and scrolling
 *   memory      what the pages take for a file of 4 GB (or MEMORY_BYTES); takes long
 *   command-memory  what the command takes at either end of a file of 10 GB (or COMMAND_MEMORY_BYTES), which it writes; takes long
 *   interrupted a page that uploads 4 GB (or INTERRUPTED_BYTES) through ten interruptions, to the disk and to a bucket (or
 *               to what INTERRUPTED_ON names: disk, bucket); takes long
 *   kills       500 kills (or KILLS) under eight uploaders, on the disk and with a bucket (or on what KILLS_ON names), and
 *               whether anything is lost; takes long
 *   million     a library of a million files (or MILLION_FILES) on SQLite and on PostgreSQL (or what MILLION_ON names): its
 *               pages, and what others wait while a tenth of it is purged; takes long, for the purge runs by the clock
 *   statistics  ten million downloads (or STATISTICS_DOWNLOADS) on SQLite and on PostgreSQL (or what STATISTICS_ON names): the
 *               roll-up of a day's million entries, and how soon the dashboard's questions are answered; takes long
 *   soak        a hundred transfers in a row, and whether every file is right; takes long
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { measureAccounts } from './accounts.mjs'
import { measureBucket } from './bucket.mjs'
import { measureCommand } from './command.mjs'
import { measureCommandMemory } from './command-memory.mjs'
import { measureDownloads } from './downloads.mjs'
import { measureFrames } from './frames.mjs'
import { measureInterrupted } from './interrupted.mjs'
import { measureKills } from './kills.mjs'
import { measureLibrary } from './library.mjs'
import { EVERY_LINE, measureLines, SOME_LINES } from './lines.mjs'
import { measureMemory } from './memory.mjs'
import { measureMillion } from './million.mjs'
import { measureMixed } from './mixed.mjs'
import { measureRelay } from './relay.mjs'
import { measureServer } from './server.mjs'
import { startServer } from './server-process.mjs'
import { measureSignaling } from './signaling.mjs'
import { measureSoak } from './soak.mjs'
import { measureStalls } from './stalls.mjs'
import { measureStatistics } from './statistics.mjs'
import { measureUploads } from './uploads.mjs'
import { measureWormhole } from './wormhole.mjs'

const PARTS = {
  server: measureServer,
  uploads: measureUploads,
  downloads: measureDownloads,
  bucket: measureBucket,
  accounts: measureAccounts,
  signaling: measureSignaling,
  p2p: measureTransfer,
  command: measureCommand,
  mixed: measureMixed,
  stalls: measureStalls,
  wormhole: measureWormhole,
  lines: (binary) => measureLines(binary, SOME_LINES),
  'every-line': (binary) => measureLines(binary, EVERY_LINE),
  relay: measureRelay,
  frames: measureFrames,
  library: measureLibrary,
  memory: measureMemory,
  'command-memory': measureCommandMemory,
  interrupted: measureInterrupted,
  kills: measureKills,
  million: measureMillion,
  statistics: measureStatistics,
  soak: measureSoak,
}

/** Only measured where they are named. */
const LONG = [
  'every-line',
  'memory',
  'command-memory',
  'interrupted',
  'kills',
  'million',
  'statistics',
  'soak',
  'stalls',
]

const [binary, ...names] = process.argv.slice(2)
if (!binary) throw new Error('usage: run.mjs SERVER_BINARY [PART…]')
const unknown = names.find((name) => !(name in PARTS))
if (unknown) throw new Error(`${unknown} is none of ${Object.keys(PARTS).join(', ')}`)

for (const [name, measure] of Object.entries(PARTS)) {
  if (names.length === 0 ? LONG.includes(name) : !names.includes(name)) continue
  process.stdout.write(`\n== ${name}\n`)
  await measure(binary)
}

async function measureTransfer(binary) {
  const server = await startServer(binary)
  try {
    const p2p = fileURLToPath(new URL('p2p.mjs', import.meta.url))
    const { status } = spawnSync(process.execPath, [p2p, server.url], { stdio: 'inherit' })
    if (status !== 0) process.exitCode = status ?? 1
  } finally {
    await server.stop()
  }
}
