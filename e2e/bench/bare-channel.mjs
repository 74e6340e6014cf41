/** One data channel with nothing around it: the most that two pages can reach here. Used by the benchmark. */
import { cpuSeconds } from './cpu.mjs'

/** Bytes of a message; larger and smaller ones are no faster. */
const MESSAGE_BYTES = 64 * 1024

/**
 * Sends `bytes` from a page in the first context to one in the second, over one ordered and reliable
 * channel. Returns how many seconds passed until the receiver said that it had them all, and the CPU
 * seconds that all processes of the browser used meanwhile. `looking` is called with the sender's page before,
 * and what it returns, after; what that returns is `seen`.
 */
export function bareTransfer(contexts, base, bytes, looking = () => () => undefined) {
  return overChannel(contexts, base, async (sender, receiver) => {
    await receiver.evaluate(receive, bytes)
    const look = await looking(sender)
    const before = cpuSeconds(process.pid)
    const seconds = await sender.evaluate(send, { bytes, messageBytes: MESSAGE_BYTES })
    const cpu = cpuSeconds(process.pid) - before
    return { seconds, cpu, seen: await look() }
  })
}

/**
 * Sends for so many seconds, where it is not known how much can come over. Returns how many bytes a second
 * came over, counted from the first that came.
 */
export function bareRate(contexts, base, seconds) {
  return overChannel(contexts, base, async (sender, receiver) => {
    const rate = receiver.evaluate(receiveFor, seconds * 1000)
    await sender.evaluate(send, { bytes: Infinity, messageBytes: MESSAGE_BYTES })
    return rate
  })
}

async function overChannel([left, right], base, measure) {
  const [sender, receiver] = [await left.newPage(), await right.newPage()]
  try {
    // Any page of the same origin will do; this one runs no script.
    for (const page of [sender, receiver]) await page.goto(new URL('/api/health', base).href)
    const offer = await sender.evaluate(connect, { offer: undefined })
    const answer = await receiver.evaluate(connect, { offer })
    await sender.evaluate(
      (sdp) => window.bench.setRemoteDescription({ type: 'answer', sdp }),
      answer,
    )
    return await measure(sender, receiver)
  } finally {
    await sender.close()
    await receiver.close()
  }
}

/** In the page: makes a connection and returns its description with all candidates in it. */
async function connect({ offer }) {
  const connection = new RTCPeerConnection()
  window.bench = connection
  window.channel = connection.createDataChannel('bare', { negotiated: true, id: 0 })
  window.channel.binaryType = 'arraybuffer'
  window.opened = new Promise((resolve) => window.channel.addEventListener('open', resolve))
  if (offer) await connection.setRemoteDescription({ type: 'offer', sdp: offer })
  const gathered = new Promise((resolve) => {
    connection.addEventListener('icecandidate', ({ candidate }) => candidate ?? resolve())
  })
  await connection.setLocalDescription()
  await gathered
  return connection.localDescription.sdp
}

/** In the page: counts what comes and says when it is all there. */
function receive(bytes) {
  let received = 0
  window.channel.addEventListener('message', ({ data }) => {
    received += data.byteLength
    if (received >= bytes) window.channel.send('done')
  })
}

/** In the page: counts what comes until that time has passed, and says that it is enough. */
async function receiveFor(milliseconds) {
  let received = 0
  window.channel.addEventListener('message', ({ data }) => (received += data.byteLength))
  await new Promise((resolve) =>
    window.channel.addEventListener('message', resolve, { once: true }),
  )
  const started = performance.now()
  received = 0
  await new Promise((resolve) => setTimeout(resolve, milliseconds))
  const seconds = (performance.now() - started) / 1000
  window.channel.send('done')
  return received / seconds
}

/**
 * In the page: sends, with the queue kept between two marks, until it is all sent and the receiver says that
 * it has enough, or only the latter. Returns how many seconds that took.
 */
async function send({ bytes, messageBytes }) {
  const { channel } = window
  await window.opened
  const message = crypto.getRandomValues(new Uint8Array(messageBytes))
  let enough = false
  const done = new Promise((resolve) => channel.addEventListener('message', resolve))
  void done.then(() => (enough = true))
  channel.bufferedAmountLowThreshold = 1024 * 1024
  const started = performance.now()
  for (let left = bytes; left > 0 && !enough; left -= message.length) {
    if (channel.bufferedAmount > 8 * 1024 * 1024) {
      const low = new Promise((resolve) => {
        channel.addEventListener('bufferedamountlow', resolve, { once: true })
      })
      await Promise.race([low, done])
    }
    channel.send(left < message.length ? message.subarray(0, left) : message)
  }
  await done
  return (performance.now() - started) / 1000
}
