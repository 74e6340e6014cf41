/**
 * How smooth the sender's page stays while it sends: when its frames come, beside the same page at rest, and beside
 * a page that does nothing but send as many bytes over a bare channel. Then the same over a long line, which two cores
 * can fill and draw beside, where there can be a laboratory. Called by `run.mjs`.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as pass } from 'node:timers/promises'
import { launchOn } from '../lab/browser.mjs'
import { buildLines, SEGMENT } from '../lab/lines.mjs'
import { obstacle } from '../lab/namespaces.mjs'
import { bareTransfer } from './bare-channel.mjs'
import { percentile } from './median.mjs'
import { randomFile } from './random-file.mjs'
import { startServer } from './server-process.mjs'
import { openWindows, transfer } from './windows.mjs'

const BYTES = 512e6

/** The line on which the cores are not the limit, and what is sent over it. */
const LONG_LINE = { roundTrip: 50, loss: 0 }
const LONG_LINE_BYTES = 100e6

/** Frames a second that a screen shows, and that the page shall keep. */
const GOAL = 60

/** How long the page is looked at before it sends, in milliseconds. */
const AT_REST = 5000

/** Measures and prints. */
export async function measureFrames(binary) {
  const folder = await mkdtemp(path.join(tmpdir(), 'sharesync-bench-'))
  try {
    await onLoopback(binary, folder)
    const reason = obstacle()
    if (reason) print(`over a long line: not measured. ${reason}`)
    else await overLongLine(binary, folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function onLoopback(binary, folder) {
  const server = await startServer(binary)
  const windows = await openWindows(folder)
  try {
    const file = await randomFile(path.join(folder, 'bench.bin'), BYTES)
    const speed = await lookWhileSending(windows, server.url, file, BYTES)
    const contexts = [windows.sender.context, windows.receiver.context]
    const bare = await bareTransfer(contexts, server.url, BYTES, async (page) => {
      await page.evaluate(noteFrames)
      return () => page.evaluate(takeFrames)
    })
    report('a bare channel sending', bare.seen)
    print(`sent at ${speed} MB/s, over the bare channel at ${rate(BYTES, bare.seconds)} MB/s`)
  } finally {
    await windows.close()
    await server.stop()
  }
}

async function overLongLine(binary, folder) {
  const { left, right, segment, close } = await buildLines(LONG_LINE)
  const started = []
  try {
    const server = await startServer(binary, { variables: { HOST: SEGMENT }, machine: segment })
    started.push(() => server.stop())
    const windows = {}
    for (const [name, machine] of [
      ['sender', left],
      ['receiver', right],
    ]) {
      const browser = await launchOn(machine, server.url)
      started.push(() => browser.close())
      windows[name] = { context: await browser.newContext() }
    }
    const file = await randomFile(path.join(folder, 'line.bin'), LONG_LINE_BYTES)
    print(`over a line with a round trip of ${LONG_LINE.roundTrip} ms`)
    const speed = await lookWhileSending(windows, server.url, file, LONG_LINE_BYTES)
    print(`sent at ${speed} MB/s`)
  } finally {
    for (const stop of started.reverse()) await stop()
    close()
  }
}

/** Prints what frames a sender's page shows at rest and while it sends. Returns how fast that was, in MB/s. */
async function lookWhileSending(windows, base, file, bytes) {
  const { seen, seconds } = await transfer(windows, base, file, async ({ sender }) => {
    await sender.evaluate(noteFrames)
    const busy = await mainThread(sender)
    await pass(AT_REST)
    const atRest = await sender.evaluate(takeFrames)
    const before = await busy()
    return async () => ({
      atRest,
      sending: await sender.evaluate(takeFrames),
      busy: (await busy()) - before,
    })
  })
  report('at rest', seen.atRest)
  report('sending', seen.sending)
  const share = ((100 * seen.busy) / seconds).toFixed(0)
  print(`the sender’s main thread took ${share} % of a CPU meanwhile`)
  return rate(bytes, seconds)
}

function rate(bytes, seconds) {
  return (bytes / 1e6 / seconds).toFixed(1)
}

/** CPU seconds that the page's main thread has worked so far: a thread that waits for a CPU drops frames, too. */
async function mainThread(page) {
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' })
  return async () => {
    const { metrics } = await devtools.send('Performance.getMetrics')
    return metrics.find(({ name }) => name === 'TaskDuration').value
  }
}

/** @param {number[]} intervals Between one frame and the next, in milliseconds. */
function report(when, intervals) {
  const time = intervals.reduce((sum, interval) => sum + interval, 0)
  // A frame that comes late has taken the places of those that should have come before it.
  const places = intervals.map((interval) => Math.max(1, Math.round((interval * GOAL) / 1000)))
  const all = places.reduce((sum, count) => sum + count, 0)
  const dropped = (100 * (all - intervals.length)) / all
  print(
    `${when}  ${((1000 * intervals.length) / time).toFixed(1)} frames a second (goal: ${GOAL}), ` +
      `from one to the next ${percentile(intervals, 50).toFixed(1)} ms, ` +
      `p99 ${percentile(intervals, 99).toFixed(1)} ms, at most ${Math.max(...intervals).toFixed(0)} ms; ` +
      `${dropped.toFixed(1)} % dropped`,
  )
}

/** In the page: notes the time between frames from now on. */
function noteFrames() {
  window.frameIntervals = []
  let before
  const note = (now) => {
    if (before !== undefined) window.frameIntervals.push(now - before)
    before = now
    requestAnimationFrame(note)
  }
  requestAnimationFrame(note)
}

/** In the page: what was noted since the last time. */
function takeFrames() {
  return window.frameIntervals.splice(0)
}

function print(line) {
  process.stdout.write(`${line}\n`)
}
