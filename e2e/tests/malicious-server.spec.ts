/**
 * A signaling service that does not only relay: what it changes, plays back or reorders is found out, and the
 * transfer refused on the page that found it.
 */
import type { Page, WebSocketRoute } from '@playwright/test'
import { randomFile } from '../support/files.ts'
import { expect, test } from '../support/test.ts'

/** A relayed message on its way to a page, as Socket.IO writes it: `42/p2p,["offer",{…}]`. */
interface Relayed {
  readonly event: string
  readonly body: Record<string, unknown>
}

/** What the service does with a message that it should only hand on. */
type Mischief = (message: Relayed, handOn: (message: Relayed) => void) => void

const MISCHIEFS: Record<string, () => Mischief> = {
  'puts a description of its own in the place of a sealed one':
    () =>
    ({ event, body }, handOn) => {
      const sdp = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=fingerprint:sha-256 00:11'
      handOn({ event, body: event === 'offer' ? { from: body.from, link: '1', sdp } : body })
    },
  'changes a sealed description':
    () =>
    ({ event, body }, handOn) => {
      handOn({ event, body: event === 'offer' ? { ...body, sealed: changed(body.sealed) } : body })
    },
  'hands an offer on as something else':
    () =>
    ({ event, body }, handOn) => {
      handOn({ event: event === 'ice-candidate' ? 'offer' : event, body })
    },
  'plays an offer back': () => (message, handOn) => {
    handOn(message)
    if (message.event === 'offer') handOn(message)
  },
  'hands messages on in another order': reorder,
}

for (const [what, mischief] of Object.entries(MISCHIEFS)) {
  test(`a server that ${what} is refused`, async ({ person }, testInfo) => {
    const file = await randomFile(testInfo.outputPath('source'), 'kept.bin', 5000)
    const [sender, receiver] = [await person(), await person()]
    await meddle(receiver, mischief())
    await sender.goto('/p2p')
    await sender.getByLabel('Choose files').setInputFiles(file.path)
    await receiver.goto(await sender.getByRole('textbox', { name: 'Room link' }).inputValue())
    await expect(receiver.getByRole('status')).toContainText('changed what was said')
    await expect(receiver.getByRole('button', { name: 'Accept' })).toBeHidden()
  })
}

test('a server that plays an offer to the page that made it is refused', async ({
  person,
}, testInfo) => {
  const file = await randomFile(testInfo.outputPath('source'), 'kept.bin', 5000)
  const [sender, receiver] = [await person(), await person()]
  let offer: Relayed | undefined
  await meddle(receiver, (message, handOn) => {
    if (message.event === 'offer') offer = message
    else handOn(message)
  })
  await meddle(
    sender,
    (message, handOn) => {
      handOn(message)
    },
    (handOn, from) => {
      if (offer) handOn({ event: 'answer', body: { from, sealed: offer.body.sealed } })
      return offer !== undefined
    },
  )
  await sender.goto('/p2p')
  await sender.getByLabel('Choose files').setInputFiles(file.path)
  await receiver.goto(await sender.getByRole('textbox', { name: 'Room link' }).inputValue())
  await expect(sender.getByRole('status')).toContainText('changed what was said')
})

/** Puts mischief between the service and a page; `unasked` may say something of its own until it has. */
async function meddle(
  page: Page,
  mischief: Mischief,
  unasked?: (handOn: (message: Relayed) => void, peer: string) => boolean,
): Promise<void> {
  await page.routeWebSocket(/\/socket\.io\//, (route) => {
    const server = route.connectToServer()
    let said = false
    server.onMessage((data) => {
      const text = data.toString()
      const peer = /"peer-joined",\{"peer":\{"id":"([\w-]{22})"/.exec(text)?.[1]
      if (peer !== undefined && unasked) {
        const timer = setInterval(() => {
          said ||= unasked((message) => {
            send(route, message)
          }, peer)
          if (said) clearInterval(timer)
        }, 50)
      }
      const message = parse(text)
      if (message)
        mischief(message, (changed) => {
          send(route, changed)
        })
      else route.send(data)
    })
  })
}

function parse(text: string): Relayed | undefined {
  const json = /^42\/p2p,(\[.*\])$/s.exec(text)?.[1]
  if (json === undefined) return undefined
  const [event, body] = JSON.parse(json) as [string, Record<string, unknown>]
  return 'sealed' in body ? { event, body } : undefined
}

function send(route: WebSocketRoute, { event, body }: Relayed): void {
  route.send(`42/p2p,${JSON.stringify([event, body])}`)
}

/** A sealed text with one character in its middle changed. */
function changed(sealed: unknown): string {
  const text = String(sealed)
  const at = Math.floor(text.length / 2)
  return text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1)
}

/** Holds the first message back until the second has passed. */
function reorder(): Mischief {
  let count = 0
  let held: Relayed | undefined
  return (message, handOn) => {
    count += 1
    if (count === 1) {
      held = message
      return
    }
    handOn(message)
    if (held) handOn(held)
    held = undefined
  }
}
