/** A server of the benchmark's own, in a folder of its own. Used by `run.mjs` and `server.mjs`. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'

/** Starts the server; resolves once it has said where it listens. */
export async function startServer(binary, variables = {}) {
  const folder = await mkdtemp(path.join(tmpdir(), 'sharesync-bench-'))
  const started = performance.now()
  const child = spawn(binary, {
    env: { HOST: '127.0.0.1', PORT: '0', SHARESYNC_DATA_DIR: folder, ...variables },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(createInterface(child.stdout), 'line')
  const url = line.replace('Listening on ', '')
  await fetch(`${url}/api/health`)
  const millisecondsToAnswer = performance.now() - started
  return {
    url,
    millisecondsToAnswer,
    /** Resident memory, now and at its peak, in MiB. */
    async memory() {
      const status = await readFile(`/proc/${child.pid}/status`, 'utf8')
      const mebibytes = (field) => Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)[1]) / 1024
      return { now: mebibytes('VmRSS'), peak: mebibytes('VmHWM') }
    },
    async stop() {
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
      await rm(folder, { recursive: true })
    },
  }
}
