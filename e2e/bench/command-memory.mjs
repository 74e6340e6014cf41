/**
 * How much memory the command takes at most at either end of a file that is larger than any memory it should take, beside
 * a small one. Called by `run.mjs`.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { CommandProcess } from './command-process.mjs'
import { hasRoom } from './disk.mjs'
import { startServer } from './server-process.mjs'
import { hollowFile } from './windows.mjs'

const BYTES = Number(process.env.COMMAND_MEMORY_BYTES ?? 10e9)
const SMALL_BYTES = 64e6

/** The file that is sent takes no space; what is received does, and some is to be spare. */
const DISK = 1.1 * BYTES

/** Measures and prints. */
export async function measureCommandMemory(binary) {
  const folder = await mkdtemp(path.join(tmpdir(), 'sharesync-bench-'))
  const stops = [() => rm(folder, { recursive: true })]
  try {
    if (!(await hasRoom(folder, DISK))) return
    const server = await startServer(binary)
    stops.push(() => server.stop())
    for (const bytes of [SMALL_BYTES, BYTES]) {
      const file = await hollowFile(path.join(folder, 'hollow.bin'), bytes)
      const { seconds, sender, receiver } = await peaks(server.url, folder, file)
      print(
        `${bytes / 1e9} GB in ${seconds.toFixed(1)} s (${(bytes / 1e6 / seconds).toFixed(1)} MB/s): ` +
          `sender ${sender.toFixed(1)} MiB at most, receiver ${receiver.toFixed(1)} MiB`,
      )
    }
  } finally {
    for (const stop of stops.reverse()) await stop()
  }
}

/** The most that either end took, in MiB, and how many seconds passed. */
async function peaks(server, folder, file) {
  const output = path.join(folder, 'received')
  const at = (name) => ({ server, folder: path.join(folder, name) })
  const sending = new CommandProcess(['send', '--no-qr', file], at('sender'))
  const { link } = await sending.event('link')
  const began = performance.now()
  const words = ['receive', '--yes', '--output', output, link]
  const receiving = new CommandProcess(words, at('receiver'))
  const [sender, receiver] = await Promise.all([sending.ended(), receiving.ended()])
  const seconds = (performance.now() - began) / 1000
  await rm(output, { recursive: true })
  return { seconds, sender, receiver }
}

function print(line) {
  process.stdout.write(`${line}\n`)
}
