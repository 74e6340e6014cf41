/** Knocks at the relay over WebSocket. Part of the self-test. */
import { toBase64url } from '../secrecy/base64url'
import { browserRandom } from '../secrecy/randomness'
import { within } from './doctor-patience'
import { type SelfTest } from './doctor-self-test'

/** How long it may take to answer, in milliseconds. */
const PATIENCE_MS = 4000
/** What it closes with when a ticket is none that it gave out (docs/PROTOCOL.md). */
const NO_GOOD_TICKET = 1008

/**
 * Shows a ticket that nobody gave out, and waits to be told so: then it is the relay itself that answers, and not
 * something between that lets the handshake through and nothing after it. Never throws.
 */
export async function knockAtRelay(
  address: string,
  signal: AbortSignal,
): Promise<SelfTest['relay']> {
  const began = performance.now()
  const socket = new WebSocket(address)
  const code = await within<number>(PATIENCE_MS, signal, (tell) => {
    socket.addEventListener('open', () => {
      socket.send(JSON.stringify({ ticket: toBase64url(browserRandom(16)) }))
    })
    socket.addEventListener('close', (event) => tell(event.code))
  })
  const ms = performance.now() - began
  socket.close()
  return code === NO_GOOD_TICKET ? { ms } : 'silent'
}
