/** A ladder, in a browser and with a peer that do what the test says. For tests of the ways to a peer. */
import { vi } from 'vitest'
import { LinkKey } from '../secrecy/link-key'
import { browserRandom } from '../secrecy/randomness'
import { type Channels } from './channel'
import { type Path } from './connection'
import { type TransferError } from './failure'
import { Ladder } from './ladder'
import { type PeerSignal } from './signaling-messages'
import { CLOCKS, DIRECT, inTestBrowser, joinRelay, pass, type TestBrowser, until } from './test-rtc'

const PAIR = {
  key: LinkKey.make(browserRandom),
  room: 'r'.repeat(22),
  self: { id: 'a'.repeat(22), nonce: 'b'.repeat(22) },
  other: { id: 'c'.repeat(22), nonce: 'd'.repeat(22) },
}

export const invitation = (ticket: string) => ({ url: 'ws://files.test/relay', ticket })

/** What every story of a ladder is told with. To be called where its stories are described. */
export function ladderSetting() {
  let browser: TestBrowser

  inTestBrowser((made) => {
    browser = made
  }, CLOCKS)

  /** A ladder, what it said, and what it told. */
  function setUp({ connects = true }: { connects?: boolean } = {}) {
    const said: PeerSignal[] = []
    const channels: Channels[] = []
    const paths: Path[] = []
    const lost: boolean[] = []
    const tampered: TransferError[] = []
    const openRelay = vi.fn(() => Promise.resolve(invitation('ticket')))
    const send = vi.fn((signal: PeerSignal) => {
      said.push(signal)
      return Promise.resolve()
    })
    const ladder = new Ladder({
      connects,
      iceServers: () => [],
      pair: () => PAIR,
      send,
      openRelay,
      connected: (which) => channels.push(which),
      runs: (path) => paths.push(path),
      lost: (closed) => lost.push(closed),
      tampered: (error) => tampered.push(error),
    })
    return { ladder, said, send, openRelay, channels, paths, lost, tampered }
  }

  const connection = (at: number) => {
    const found = browser.connections[at]
    if (!found) throw new Error(`no connection ${at}`)
    return found
  }
  const socket = (at: number) => {
    const found = browser.sockets[at]
    if (!found) throw new Error(`no socket ${at}`)
    return found
  }

  /** ICE has found a direct way. */
  async function throughDirectly(at: number) {
    connection(at).stats = DIRECT
    connection(at).connect()
    await pass(0)
  }

  /** One that runs through the relay while ICE is at it. */
  async function onRelay() {
    const setup = setUp()
    setup.ladder.climb()
    await pass(1500)
    joinRelay(socket(0))
    await until(() => setup.channels.length === 1)
    return setup
  }

  const opened = { connections: () => browser.connections, sockets: () => browser.sockets }
  return { setUp, connection, socket, throughDirectly, onRelay, opened }
}
