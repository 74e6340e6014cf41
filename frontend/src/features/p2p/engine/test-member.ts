/** A member whose browser and whose transfer are the test's, for tests of `Member`. */
import { vi } from 'vitest'
import { LinkKey } from '../secrecy/link-key'
import { browserRandom } from '../secrecy/randomness'
import { Member } from './member'
import { type RelayInvitation } from './relay-link'
import { type PeerSignal } from './signaling-messages'
import { IdleTransfer } from './test-idle-transfer'
import { CLOCKS, inTestBrowser, type TestBrowser } from './test-rtc'
import { type TransferReport } from './transfer-report'

const ID = 'c'.repeat(22)
const PAIR = {
  key: LinkKey.make(browserRandom),
  room: 'r'.repeat(22),
  self: { id: 'a'.repeat(22), nonce: 'b'.repeat(22) },
  other: { id: ID, nonce: 'd'.repeat(22) },
}
export const SECOND = 1000
export const MINUTE = 60 * SECOND

/** Where a test's member is: the browser is made anew before each test. */
export class MemberSetting {
  browser!: TestBrowser

  constructor() {
    inTestBrowser((made) => {
      this.browser = made
    }, CLOCKS)
  }

  /** A member, and what it said and reported. */
  readonly setUp = ({
    connects = true,
    away = false,
  }: { connects?: boolean; away?: boolean } = {}) => {
    const transfer = new IdleTransfer()
    const said: PeerSignal[] = []
    const reports: TransferReport[] = []
    const report = vi.fn((told: TransferReport) => {
      reports.push(told)
      return Promise.resolve()
    })
    const openRelay = vi.fn<() => Promise<RelayInvitation>>(() =>
      Promise.reject(new Error('no_relay')),
    )
    const peer = { id: ID, ...(away && { away }) }
    const member = new Member(peer, {
      transfer,
      connects,
      iceServers: () => [],
      pair: () => PAIR,
      send: (signal) => {
        said.push(signal)
        return Promise.resolve()
      },
      openRelay,
      network: () => Promise.reject(new Error('not asked')),
      // Not the mock's own promise, which it minds itself.
      report: async (told) => report(told),
    })
    return { member, transfer, said, openRelay, report, reports }
  }

  readonly newest = () => {
    const found = this.browser.connections.at(-1)
    if (!found) throw new Error('no connection')
    return found
  }

  /** How many connections there have been. */
  readonly made = () => this.browser.connections.length

  readonly pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds)

  /** The newest connection stands. */
  readonly connect = async () => {
    this.newest().connect()
    await this.pass(0)
  }

  /** The newest connection breaks, and is not mended. */
  readonly breakIt = async () => {
    this.newest().become('failed')
    await this.pass(15 * SECOND)
  }

  /** One whose content moves. */
  readonly accepted = async ({ connects = true }: { connects?: boolean } = {}) => {
    const setup = this.setUp({ connects })
    if (!connects) await this.offer(setup.member)
    await this.connect()
    setup.transfer.state.advance('moving')
    return setup
  }

  readonly offer = async (member: Member, link = 'theirs') => {
    member.receive({ event: 'offer', link, sdp: 'offer' })
    await this.pass(0)
  }
}
