/** A room whose service and whose browser are the test's, for tests of `Room`. */
import { vi } from 'vitest'
import { LinkKey } from '../secrecy/link-key'
import { browserRandom } from '../secrecy/randomness'
import { PAGE_NONCE } from './page-nonce'
import { Room } from './room'
import { type Joined } from './signaling-messages'
import { IdleTransfer } from './test-idle-transfer'
import { pass, CLOCKS, inTestBrowser, type TestBrowser } from './test-rtc'
import { OtherPage, ROOM, TestService } from './test-service'

const key = LinkKey.make(browserRandom)

/** Where a test's room is: both are made anew before each test. */
export class RoomSetting {
  service = new TestService()
  browser!: TestBrowser

  constructor() {
    inTestBrowser((made) => {
      this.browser = made
      this.service = new TestService()
    }, CLOCKS)
  }

  /** The page of another member, and what it is called. */
  readonly page = (letter: string, loaded = letter) =>
    new OtherPage(this.service, key, letter, loaded)

  /** A room, and what its role was told. */
  readonly make = ({ hosts = true }: { hosts?: boolean } = {}) => {
    const begun: { id: string; transfer: IdleTransfer }[] = []
    const befores: (Joined | undefined)[] = []
    const left = vi.fn()
    const room = new Room<IdleTransfer>(
      {
        key,
        hosts,
        enter: (line, before) => {
          befores.push(before)
          return line.join(ROOM, PAGE_NONCE, before?.resume)
        },
        begin: (id) => {
          const transfer = new IdleTransfer()
          begun.push({ id, transfer })
          return transfer
        },
        left,
      },
      this.service.connectTo,
    )
    const now = () => room.getSnapshot()
    const member = (at = 0) => {
      const found = now().members[at]
      if (!found) throw new Error(`no member ${at}`)
      return found
    }
    return { room, begun, befores, left, now, member }
  }

  /** One that is open, with these others in it. */
  readonly enter = async (others: OtherPage[] = [], options: { hosts?: boolean } = {}) => {
    this.service.peers = others.map(({ peer }) => peer)
    const made = this.make(options)
    await made.room.open()
    await pass(0)
    return made
  }
}
