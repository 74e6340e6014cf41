/**
 * Two hosts with an emulated line between them. The server's place is at the right host's end of it:
 *
 *   left 192.0.2.1 ═══ line ═══ segment 192.0.2.3 ─── right 192.0.2.2
 *
 * Used by the benchmark and by the stories about bad networks.
 */
import { Line } from './line.mjs'
import { Laboratory } from './namespaces.mjs'

/** Where the server shall listen. Addresses are those set aside for documentation (RFC 5737). */
export const SEGMENT = '192.0.2.3'

const HOSTS = { left: '192.0.2.1', right: '192.0.2.2' }

/** The left host's address once it has moved. */
const MOVED = '192.0.2.101'

/**
 * Builds the network.
 * @param {import('./line.mjs').Nature} nature What the line is like.
 */
export async function buildLines(nature) {
  const laboratory = new Laboratory()
  try {
    const segment = laboratory.machine('segment')
    const left = laboratory.machine('left')
    const right = laboratory.machine('right')
    segment.ip('link', 'add', 'switch', 'type', 'bridge')
    segment.ip('address', 'add', `${SEGMENT}/24`, 'dev', 'switch')
    segment.ip('link', 'set', 'switch', 'up')

    const line = await Line.draw([left, 'lan'], [segment, 'left'], nature)
    right.wire('lan', segment, 'right')
    for (const port of ['left', 'right']) segment.ip('link', 'set', port, 'master', 'switch', 'up')
    for (const [host, address] of [
      [left, HOSTS.left],
      [right, HOSTS.right],
    ]) {
      host.ip('link', 'set', 'lan', 'up')
      settle(host, address)
    }
    // As who walks from one network into another: the old address is gone before there is a new one.
    const move = () => {
      left.ip('address', 'flush', 'dev', 'lan')
      settle(left, MOVED)
    }
    return { left, right, segment, line, addresses: HOSTS, move, close: () => laboratory.close() }
  } catch (error) {
    laboratory.close()
    throw error
  }
}

/**
 * Gives a host its address.
 * @param {import('./namespaces.mjs').Machine} host
 * @param {string} address
 */
function settle(host, address) {
  host.ip('address', 'add', `${address}/24`, 'dev', 'lan')
  // Chromium takes part in nothing without a way to everywhere.
  host.ip('route', 'replace', 'default', 'via', SEGMENT)
}
