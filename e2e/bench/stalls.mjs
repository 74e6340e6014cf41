/**
 * How long a transfer from the command to a Chromium stands still at worst, in a row of transfers. Called by `run.mjs`.
 *
 * A browser's UDP socket is small: bursts that it has no room for are lost, and an SCTP that learns of that by its timer only
 * waits for seconds. What is measured is the time between two messages on the page's data channel.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { carry, CommandEnd } from './ends.mjs'
import { median } from './median.mjs'
import { openChromium } from './mixed.mjs'
import { randomFile } from './random-file.mjs'
import { startServer } from './server-process.mjs'

const BYTES = Number(process.env.STALLS_BYTES ?? 64e6)
const TRANSFERS = Number(process.env.STALLS_TRANSFERS ?? 200)
const GOAL_MS = 2000
/** How often it is said how far it is. */
const SAY_EVERY = 20

/** Measures and prints. */
export async function measureStalls(binary) {
  const folder = await mkdtemp(path.join(tmpdir(), 'sharesync-bench-'))
  const server = await startServer(binary)
  const { context, page, close } = await openChromium(folder)
  try {
    await context.addInitScript(notePauses)
    const file = await randomFile(path.join(folder, 'bench.bin'), BYTES)
    const command = new CommandEnd(path.join(folder, 'command'))
    const rates = []
    const pauses = []
    for (let transfer = 1; transfer <= TRANSFERS; transfer += 1) {
      const receiver = new PausesOf(page, context)
      rates.push(BYTES / (await carry(command, receiver, server.url, file)))
      pauses.push(receiver.longest)
      if (transfer % SAY_EVERY === 0) say(transfer, rates, pauses)
    }
    const stalls = pauses.filter((pause) => pause > GOAL_MS).length
    print(`${stalls} of ${TRANSFERS} stood still for more than ${GOAL_MS / 1000} s (goal: none)`)
    if (stalls > 0) process.exitCode = 1
  } finally {
    await close()
    await server.stop()
    await rm(folder, { recursive: true })
  }
}

/** A receiving page that is asked for its longest pause before it is closed. */
class PausesOf {
  longest = Number.NaN
  #end
  #context

  constructor(end, context) {
    this.#end = end
    this.#context = context
  }

  async take(base, link) {
    const taken = await this.#end.take(base, link)
    const received = taken.received.then(async (at) => {
      const { messages, longest } = await this.#context
        .pages()
        .at(-1)
        .evaluate(() => window.pauses)
      if (messages === 0) throw new Error('nothing came over a data channel')
      this.longest = longest
      return at
    })
    received.catch(() => undefined)
    return { ...taken, received }
  }
}

/** Run in a page before its scripts: notes how long it waits between two messages with content. */
function notePauses() {
  window.pauses = { messages: 0, longest: 0 }
  const create = RTCPeerConnection.prototype.createDataChannel
  RTCPeerConnection.prototype.createDataChannel = function (label, options) {
    const channel = create.call(this, label, options)
    if (label !== 'data') return channel
    let last
    channel.addEventListener('message', () => {
      const now = performance.now()
      const pause = last === undefined ? 0 : now - last
      last = now
      window.pauses.messages += 1
      window.pauses.longest = Math.max(window.pauses.longest, pause)
    })
    return channel
  }
}

function say(transfer, rates, pauses) {
  const rate = (median(rates) / 1e6).toFixed(1)
  print(
    `${transfer} transfers: median ${rate} MB/s, longest pause ${Math.max(...pauses).toFixed(0)} ms, ` +
      `median of the longest ${median(pauses).toFixed(0)} ms`,
  )
}

function print(line) {
  process.stdout.write(`${line}\n`)
}
