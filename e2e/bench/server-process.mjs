/** Servers of the benchmark's own, each in a folder of its own or in one that outlives it. Used by every part of it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { ownCpuSeconds } from './cpu.mjs'

/**
 * Starts a server; resolves once it has said where it listens, which is when it answers. With a machine of
 * the laboratory, it runs there; with a folder, in that, which stays; and with `log`, its log goes there line by line.
 */
export async function startServer(
  program,
  { words = [], variables = {}, machine = { spawn }, folder: kept, log } = {},
) {
  const folder = kept ?? (await mkdtemp(path.join(tmpdir(), 'sharesync-bench-')))
  const { PATH } = process.env
  const child = machine.spawn(program, words, {
    env: {
      PATH,
      HOST: '127.0.0.1',
      PORT: '0',
      SHARESYNC_DATA_DIR: folder,
      RUST_LOG: 'warn',
      ...variables,
    },
    stdio: ['ignore', 'pipe', log ? 'pipe' : 'inherit'],
  })
  if (log) createInterface(child.stderr).on('line', log)
  const [line] = await once(createInterface(child.stdout), 'line')
  const url = line.replace('Listening on ', '')
  return {
    url,
    pid: child.pid,
    /** Resident memory, now and at its peak, in MiB. */
    async memory() {
      const status = await readFile(`/proc/${child.pid}/status`, 'utf8')
      const mebibytes = (field) => Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)[1]) / 1024
      return { now: mebibytes('VmRSS'), peak: mebibytes('VmHWM') }
    },
    /** CPU seconds used so far. */
    cpu: () => ownCpuSeconds(child.pid),
    /** Ends it without a word, as the kernel does where memory runs out. */
    async kill() {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
    async stop() {
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
      if (!kept) await rm(folder, { recursive: true })
    },
  }
}
