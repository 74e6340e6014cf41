/**
 * How fast the command sends to the command, beside magic-wormhole with a mailbox server of its own, both on loopback and
 * with nobody in between. Called by `run.mjs`. (croc, which is its like, takes a Go toolchain, and is not measured.)
 *
 * Two times of each: the content's, from accepting it until both ends are done; and all that somebody waits, from the
 * start of the receiving command until both have ended.
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

/** A transit relay that is not there: the two must reach each other by themselves. */
const NO_RELAY = 'tcp:127.0.0.1:9'

/** Measures and prints. */
export async function measureWormhole(binary) {
  const folder = await mkdtemp(path.join(tmpdir(), 'sharesync-bench-'))
  const server = await startServer(binary)
  const mailbox = await startMailbox()
  try {
    const file = await randomFile(path.join(folder, 'bench.bin'), BYTES)
    const ends = ['sender', 'receiver'].map((name) => new CommandEnd(path.join(folder, name)))
    const runs = { wormhole: [], command: [] }
    // The first of each kind warms caches up and does not count.
    for (let round = 0; round <= ROUNDS; round += 1) {
      const wormhole = await wormholeTransfer(mailbox.url, file, path.join(folder, 'wormhole'))
      const command = await commandTransfer(ends, server.url, file)
      if (round === 0) continue
      runs.wormhole.push(wormhole)
      runs.command.push(command)
    }
    for (const time of ['content', 'all']) report(time, runs)
  } finally {
    await mailbox.stop()
    await server.stop()
    await rm(folder, { recursive: true })
  }
}

function report(time, runs) {
  const seconds = (name) => median(runs[name].map((run) => run[time]))
  const [wormhole, command] = [seconds('wormhole'), seconds('command')]
  print(
    `${time.padEnd(8)} magic-wormhole ${wormhole.toFixed(2)} s (${mega(wormhole)}), command ` +
      `${command.toFixed(2)} s (${mega(command)}): ${(wormhole / command).toFixed(2)} times as fast`,
  )
}

/** Seconds that the command takes for the content, and in all. */
async function commandTransfer([sender, receiver], base, file) {
  let began
  const receiving = {
    take: (...words) => {
      began = performance.now()
      return receiver.take(...words)
    },
  }
  const content = await carry(sender, receiving, base, file)
  return { content, all: (performance.now() - began) / 1000 }
}

/** Seconds that magic-wormhole takes for the content, and in all. */
async function wormholeTransfer(url, file, output) {
  const code = `${1 + Math.floor(Math.random() * 1000)}-bench-code`
  const sender = wormhole(url, 'send', '--no-qr', '--hide-progress', '--code', code, file)
  await sender.said(/Wormhole code is/)
  const began = performance.now()
  const receiver = wormhole(url, 'receive', '--accept-file', '--hide-progress', '-o', output, code)
  const started = await receiver.said(/^Receiving file/)
  const ended = await Promise.all([sender.said(/^File sent/), receiver.said(/^Received file/)])
  await Promise.all([sender.ended, receiver.ended])
  const all = (performance.now() - began) / 1000
  await rm(output)
  return { content: (Math.max(...ended) - started) / 1000, all }
}

function wormhole(url, ...words) {
  const options = ['--relay-url', url, '--transit-helper', NO_RELAY]
  return start('wormhole', [...options, ...words], 'stderr')
}

async function startMailbox() {
  const port = 'tcp:0:interface=127.0.0.1'
  const words = ['--log-format=text', 'wormhole-mailbox', `--port=${port}`, '--channel-db=:memory:']
  const mailbox = start('twist', words, 'stdout')
  let number
  await mailbox.said(/starting on (\d+)/, ([, found]) => (number = found))
  const stop = async () => {
    mailbox.child.kill()
    await mailbox.ended
  }
  return { url: `ws://127.0.0.1:${number}/v1`, stop }
}

/** A program of magic-wormhole's; `said` answers when it says a line of that kind there. */
function start(name, words, where) {
  const child = spawn(path.join(path.resolve(process.env.WORMHOLE), name), words, {
    env: { PATH: process.env.PATH, HOME: tmpdir(), PYTHONUNBUFFERED: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [other, lines] =
    where === 'stdout' ? [child.stderr, child.stdout] : [child.stdout, child.stderr]
  other.resume()
  const heard = []
  const waiting = []
  createInterface({ input: lines }).on('line', (line) => {
    heard.push({ line, at: performance.now() })
    for (const look of waiting) look()
  })
  const ended = once(child, 'close')
  const said = (pattern, use = () => undefined) =>
    new Promise((resolve, reject) => {
      const look = () => {
        const found = heard.find(({ line }) => pattern.test(line))
        if (!found) return
        use(pattern.exec(found.line))
        resolve(found.at)
      }
      waiting.push(look)
      look()
      const all = () => heard.map(({ line }) => line).join('\n')
      void ended.then(() => reject(new Error(`${name} ended before ${pattern}: ${all()}`)))
    })
  return { child, ended, said }
}

function mega(seconds) {
  return `${(BYTES / 1e6 / seconds).toFixed(1)} MB/s`
}

function print(line) {
  process.stdout.write(`${line}\n`)
}
