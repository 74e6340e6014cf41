/** A transfer through the real room page, driven as a person would. Used by the benchmark. */
import { cpuSeconds } from './cpu.mjs'

/**
 * Sends `file` from a page in the first context to one in the second. Returns how many seconds passed from
 * Accept until both pages said Verified, the CPU seconds that all processes of the browser used meanwhile,
 * and how many milliseconds after the receiver opened the link its data channel was open.
 */
export async function productTransfer([left, right], base, file) {
  const [sender, receiver] = [await left.newPage(), await right.newPage()]
  try {
    await receiver.addInitScript(noteOpening)
    for (const page of [sender, receiver]) await page.addInitScript(noteVerified)
    await sender.goto(new URL('/p2p', base).href)
    await sender.getByLabel('Choose files').setInputFiles(file)
    const link = await sender.getByRole('textbox', { name: 'Room link' }).inputValue()
    await receiver.goto(link)
    const accept = receiver.getByRole('button', { name: 'Accept' })
    await accept.waitFor()
    const openedAfter = await receiver.evaluate(() => window.openedAfter)
    const download = receiver.waitForEvent('download', { timeout: 0 })
    const before = cpuSeconds(process.pid)
    const started = Date.now()
    await accept.click()
    const verified = [sender, receiver].map((page) => page.evaluate(() => window.verifiedAt))
    const ended = Math.max(...(await Promise.all(verified)))
    const seconds = (ended - started) / 1000
    const cpu = cpuSeconds(process.pid) - before
    await (await download).delete()
    return { seconds, cpu, openedAfter }
  } finally {
    await sender.close()
    await receiver.close()
  }
}

/** In the page, before its own scripts: notes when a status says Verified. Asking again and again would cost CPU. */
export function noteVerified() {
  window.verifiedAt = new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error('it took too long')), 300_000)
    const observer = new MutationObserver(() => {
      const statuses = [...document.querySelectorAll('[role=status]')]
      if (!statuses.some((status) => status.textContent.includes('Verified'))) return
      resolve(Date.now())
      observer.disconnect()
    })
    observer.observe(document, { subtree: true, childList: true, characterData: true })
  })
}

/** In the page, before its own scripts: notes when the data channel opens. */
function noteOpening() {
  const create = RTCPeerConnection.prototype.createDataChannel
  RTCPeerConnection.prototype.createDataChannel = function (label, options) {
    const channel = create.call(this, label, options)
    if (label === 'data') {
      channel.addEventListener('open', () => {
        window.openedAfter = performance.now()
      })
    }
    return channel
  }
}
