/** A TCP port of loopback that nobody listens on, for programs that cannot say which one they took. */
import { once } from 'node:events'
import { createServer } from 'node:net'

/** Somebody else may take it before whoever asks does. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  server.close()
  await once(server, 'close')
  return port
}
