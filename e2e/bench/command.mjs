/**
 * How fast the command sends to the command, beside a bare data channel of the `webrtc` crate between two processes
 * (`bare-channel/`), all on loopback. Called by `run.mjs`.
 *
 * They take turns, because a machine's speed drifts. The command also reads, hashes, seals and writes; so the bare channel
 * has a turn with a file as well, in which that is done with nothing around it: where both ends share two cores that work
 * takes what the channel would have, and nobody who moves files can do without it.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { carry, CommandEnd } from './ends.mjs'
import { median } from './median.mjs'
import { randomFile } from './random-file.mjs'
import { startServer } from './server-process.mjs'

const BYTES = Number(process.env.COMMAND_BYTES ?? 256e6)
const ROUNDS = Number(process.env.COMMAND_ROUNDS ?? 5)
const GOAL = 90

/** Measures and prints. */
export async function measureCommand(binary) {
  const folder = await mkdtemp(path.join(tmpdir(), 'sharesync-bench-'))
  const server = await startServer(binary)
  try {
    const file = await randomFile(path.join(folder, 'bench.bin'), BYTES)
    const ends = ['sender', 'receiver'].map((name) => new CommandEnd(path.join(folder, name)))
    const written = path.join(folder, 'written.bin')
    const rates = { bare: [], file: [], command: [] }
    // The first of each kind warms caches up and does not count.
    for (let round = 0; round <= ROUNDS; round += 1) {
      const seconds = {
        bare: await bareSeconds(),
        file: await bareSeconds(file, written),
        command: await carry(...ends, server.url, file),
      }
      const now = Object.entries(seconds).map(([what, taken]) => [what, BYTES / taken])
      const said = now.map(([what, rate]) => `${what} ${mega(rate)}`).join(', ')
      print(`${round === 0 ? 'warm-up' : `round ${round}`}: ${said}`)
      await rm(written)
      if (round === 0) continue
      for (const [what, rate] of now) rates[what].push(rate)
    }
    const [bare, withFile, command] = [rates.bare, rates.file, rates.command].map(median)
    print(`bare channel    ${mega(bare)}`)
    print(`  with a file   ${mega(withFile)} (${percent(withFile, bare)} of it)`)
    print(`command         ${mega(command)} (${percent(command, withFile)} of that)`)
    print(`ratio           ${percent(command, bare)} of the bare channel (goal: ${GOAL} %)`)
  } finally {
    await server.stop()
    await rm(folder, { recursive: true })
  }
}

/** How long a bare channel takes for the same bytes; with files, from the one to the other. */
async function bareSeconds(...files) {
  const [sender, receiver] = ['send', 'receive'].map((role, end) => {
    const words = [role, String(BYTES), ...files.slice(end, end + 1)]
    const child = spawn(process.env.BARE_CHANNEL_BIN, words, {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    return { child, ended: once(child, 'exit'), line: async () => (await lines.next()).value }
  })
  receiver.child.stdin.write(`${await sender.line()}\n`)
  sender.child.stdin.write(`${await receiver.line()}\n`)
  const seconds = Number(await sender.line())
  if (!(seconds > 0)) throw new Error('the bare channel did not come through')
  receiver.child.stdin.end()
  await Promise.all([sender.ended, receiver.ended])
  return seconds
}

function percent(part, whole) {
  return `${((100 * part) / whole).toFixed(1)} %`
}

function mega(rate) {
  return `${(rate / 1e6).toFixed(1)} MB/s`
}

function print(line) {
  process.stdout.write(`${line}\n`)
}
