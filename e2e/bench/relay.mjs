/**
 * How soon the relay is in use where no UDP gets through: from the receiver's joining until its page says so.
 * Called by `run.mjs`; needs a laboratory (see `e2e/lab`), and says so where there can be none.
 */
import { launchOn } from '../lab/browser.mjs'
import { obstacle } from '../lab/namespaces.mjs'
import { buildNats, SEGMENT } from '../lab/nats.mjs'
import { median } from './median.mjs'
import { startServer } from './server-process.mjs'

const ROUNDS = 5
const GOAL_SECONDS = 3

/** Measures and prints. */
export async function measureRelay(binary) {
  const reason = obstacle()
  if (reason) {
    print(`relay: not measured. ${reason}`)
    return
  }
  const { left, right, segment, close } = buildNats({ mapping: 'cone', udp: false })
  const stops = [close]
  try {
    const server = await startServer(binary, { variables: { HOST: SEGMENT }, machine: segment })
    stops.push(() => server.stop())
    const browsers = []
    for (const machine of [left, right]) {
      const browser = await launchOn(machine, server.url)
      stops.push(() => browser.close())
      browsers.push(browser)
    }
    const rounds = []
    for (let round = 0; round < ROUNDS; round += 1) rounds.push(await relayed(browsers, server.url))
    report(rounds)
  } finally {
    for (const stop of stops.reverse()) await stop()
  }
}

/** Times of one round, in seconds since the link was opened; nothing is in the browsers' caches. */
async function relayed(browsers, base) {
  const contexts = await Promise.all(browsers.map((browser) => browser.newContext()))
  try {
    const [sender, receiver] = await Promise.all(contexts.map((context) => context.newPage()))
    await receiver.addInitScript(noteSteps)
    await sender.goto(new URL('/p2p', base).href)
    const link = sender.getByRole('textbox', { name: 'Room link' })
    await receiver.goto(await link.inputValue())
    await receiver.getByLabel('Connection path').filter({ hasText: 'Relay' }).waitFor()
    return await receiver.evaluate(() => window.steps)
  } finally {
    for (const context of contexts) await context.close()
  }
}

function report(rounds) {
  const between = (from, to) => rounds.map((steps) => steps[to] - (steps[from] ?? 0))
  const middle = (from, to) => median(between(from, to)).toFixed(2)
  const all = between('join', 'path').map((seconds) => seconds.toFixed(2))
  print(
    `relay in use ${middle('join', 'path')} s after joining ` +
      `(goal: ${GOAL_SECONDS}; median of ${all.join(', ')}), ` +
      `${middle('opening', 'path')} s after the link was opened`,
  )
  print(
    `  joined ${middle('opening', 'join')} s after it was opened; after joining, ` +
      `ICE began after ${middle('join', 'ice')} s, the relay was called after ${middle('join', 'call')}`,
  )
}

/** In the page, before its own scripts: notes by its own clock how far it has come. */
function noteSteps() {
  const steps = (window.steps = {})
  const note = (step) => (steps[step] ??= performance.now() / 1000)
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...words) {
      super(...words)
      note('ice')
    }
  }
  window.WebSocket = class extends WebSocket {
    constructor(...words) {
      super(...words)
      if (new URL(words[0]).pathname === '/relay') note('call')
    }
    send(message) {
      super.send(message)
      if (typeof message === 'string' && message.includes('["join"')) note('join')
    }
  }
  const observer = new MutationObserver(() => {
    if (!document.querySelector('[aria-label="Connection path"]')) return
    note('path')
    observer.disconnect()
  })
  observer.observe(document, { subtree: true, childList: true })
}

function print(line) {
  process.stdout.write(`${line}\n`)
}
