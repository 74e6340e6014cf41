/**
 * Two hosts, each behind a router that translates addresses, and the server where both can reach it:
 *
 *   left 10.1.0.2 ─── router 203.0.113.1 ─┐
 *                                         ├─ segment 203.0.113.10
 *   right 10.2.0.2 ── router 203.0.113.2 ─┘
 *
 * Used by the stories about bad networks.
 */
import { Laboratory } from './namespaces.mjs'

/** Where the server shall listen. Public addresses are those set aside for documentation (RFC 5737). */
export const SEGMENT = '203.0.113.10'

/**
 * How a router chooses the port that a host's packets seem to come from. `cone`: the host's own, towards
 * everybody (endpoint-independent mapping in RFC 4787 §4.1), so that two such hosts find each other with
 * STUN. `symmetric`: another towards each destination (address and port-dependent mapping), so that only a
 * relay helps. Either lets in only what was asked for (address and port-dependent filtering, §5).
 * @typedef {'cone' | 'symmetric'} Mapping
 */

/** Lets no more than so much of what is sent to the server by TCP through to it, so that a relay takes its time. */
const SLOW_TCP = `
  table ip server {
    chain arrive {
      type filter hook input priority filter; policy accept
      meta l4proto tcp ip length > 1000 limit rate over 1 mbytes/second burst 100 kbytes drop
    }
  }`

/** What nftables calls the mappings. */
const TRANSLATIONS = { cone: 'masquerade', symmetric: 'masquerade random,fully-random' }

/**
 * Builds the network.
 * @param {{ mapping: Mapping, udp?: boolean }} options `udp: false` lets no UDP through either router, until
 *   `openUdp` is called.
 */
export function buildNats({ mapping, udp = true }) {
  const laboratory = new Laboratory()
  try {
    const segment = laboratory.machine('segment')
    segment.ip('link', 'add', 'switch', 'type', 'bridge')
    segment.ip('address', 'add', `${SEGMENT}/24`, 'dev', 'switch')
    segment.ip('link', 'set', 'switch', 'up')
    const routers = []
    const behindRouter = (name, number) => {
      const host = laboratory.machine(name)
      const router = laboratory.machine(`${name}-router`)
      connect(host, router, segment, { name, number })
      router.run('sysctl', '-qw', 'net.ipv4.ip_forward=1')
      router.filter(rules(mapping, udp))
      routers.push(router)
      return host
    }
    const [left, right] = [behindRouter('left', 1), behindRouter('right', 2)]
    const openUdp = () => {
      for (const router of routers) router.filter(`delete table ip router ${rules(mapping, true)}`)
    }
    const slowTcp = () => segment.filter(SLOW_TCP)
    return { left, right, segment, openUdp, slowTcp, close: () => laboratory.close() }
  } catch (error) {
    laboratory.close()
    throw error
  }
}

function connect(host, router, segment, { name, number }) {
  host.wire('lan', router, 'lan')
  router.wire('wan', segment, name)
  segment.ip('link', 'set', name, 'master', 'switch', 'up')
  router.ip('address', 'add', `203.0.113.${number}/24`, 'dev', 'wan')
  router.ip('address', 'add', `10.${number}.0.1/24`, 'dev', 'lan')
  router.ip('link', 'set', 'wan', 'up')
  router.ip('link', 'set', 'lan', 'up')
  host.ip('address', 'add', `10.${number}.0.2/24`, 'dev', 'lan')
  host.ip('link', 'set', 'lan', 'up')
  host.ip('route', 'add', 'default', 'via', `10.${number}.0.1`)
}

/**
 * A router's rules. It also drops what comes unasked for itself: were that answered or remembered, the
 * other host's first packet would take the port that this side's own first packet is about to ask for.
 */
function rules(mapping, udp) {
  return `
    table ip router {
      chain translate {
        type nat hook postrouting priority srcnat
        oifname wan ${TRANSLATIONS[mapping]}
      }
      chain pass {
        type filter hook forward priority filter; policy drop
        ${udp ? '' : 'meta l4proto udp drop'}
        iifname lan accept
        ct state established,related accept
      }
      chain arrive {
        type filter hook input priority filter; policy accept
        iifname wan ct state new drop
      }
    }`
}
