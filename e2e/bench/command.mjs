/**
 * How fast the command sends to the command, beside a bare data channel of the `webrtc` crate between two processes
 * (`bare-channel/`), both on loopback. Called by `run.mjs`.
 *
 * The two take turns, because a machine's speed drifts. The command also reads, hashes, seals and writes.
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
    const rates = { bare: [], command: [] }
    // The first of each kind warms caches up and does not count.
    for (let round = 0; round <= ROUNDS; round += 1) {
      const bare = BYTES / (await bareSeconds())
      const command = BYTES / (await carry(...ends, server.url, file))
      print(
        `${round === 0 ? 'warm-up' : `round ${round}`}: bare ${mega(bare)}, command ${mega(command)}`,
      )
      if (round === 0) continue
      rates.bare.push(bare)
      rates.command.push(command)
    }
    const [bare, command] = [median(rates.bare), median(rates.command)]
    print(`bare channel  ${mega(bare)}`)
    print(`command       ${mega(command)}`)
    print(`ratio         ${((100 * command) / bare).toFixed(1)} % (goal: ${GOAL} %)`)
  } finally {
    await server.stop()
    await rm(folder, { recursive: true })
  }
}

/** How long a bare channel takes for the same bytes. */
async function bareSeconds() {
  const [sender, receiver] = ['send', 'receive'].map((role) => {
    const child = spawn(process.env.BARE_CHANNEL_BIN, [role, String(BYTES)], {
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

function mega(rate) {
  return `${(rate / 1e6).toFixed(1)} MB/s`
}

function print(line) {
  process.stdout.write(`${line}\n`)
}
