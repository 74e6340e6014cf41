// @vitest-environment node
/** What a member has reported of its transfer, once that has ended. */
import { describe, expect, it } from 'vitest'
import { TransferError } from './failure'
import { MemberSetting, MINUTE, SECOND } from './test-member'
import { DIRECT, through } from './test-rtc'

describe('a transfer that has ended', () => {
  const { setUp, newest, pass, connect, breakIt, accepted } = new MemberSetting()
  const bytes = { direct: 0, turn: 0, relay: 0 }

  /** One whose content moves over a connection whose path the browser tells. */
  async function moving() {
    const setup = setUp()
    newest().stats = DIRECT
    await connect()
    setup.transfer.state.tally.begin(0)
    setup.transfer.state.advance('moving')
    return setup
  }

  it('is reported once, with the bytes that took each path', async () => {
    const { transfer, reports } = await moving()
    transfer.state.setWritten(1000)
    transfer.state.setVerified(3)
    expect(reports).toEqual([])
    transfer.state.advance('verified')
    transfer.state.setPaused({ here: true })
    await pass(MINUTE)
    expect(reports).toEqual([{ outcome: 'verified', files: 3, bytes: { ...bytes, direct: 1000 } }])
  })

  it('is reported however it ended, whoever ended it', async () => {
    const cancelled = await moving()
    cancelled.transfer.state.advance('cancelled')
    const failed = await moving()
    failed.transfer.state.fail({ code: 'corrupt', foundBy: 'them' })
    await pass(0)
    expect(cancelled.reports).toMatchObject([{ outcome: 'cancelled' }])
    expect(failed.reports).toMatchObject([{ outcome: 'failed' }])
  })

  it('is not reported where nothing was accepted, or nobody is there to say the same', async () => {
    const declined = setUp()
    declined.transfer.state.advance('declined')
    const cancelled = setUp()
    cancelled.transfer.state.advance('cancelled')
    const alone = await moving()
    alone.transfer.fail(new TransferError('left', 'gone'))
    await pass(MINUTE)
    for (const { reports } of [declined, cancelled, alone]) expect(reports).toEqual([])
  })

  it('is reported when the path is known, or without that in the end', async () => {
    const known = await accepted()
    known.transfer.state.tally.begin(0)
    known.transfer.state.setWritten(10)
    known.transfer.state.advance('verified')
    await pass(0)
    expect(known.reports).toEqual([])
    newest().stats = DIRECT
    await pass(250)
    expect(known.reports).toMatchObject([{ bytes: { ...bytes, direct: 10 } }])

    const unknown = await accepted()
    unknown.transfer.state.tally.begin(0)
    unknown.transfer.state.setWritten(10)
    unknown.transfer.state.advance('verified')
    await pass(2 * SECOND)
    expect(unknown.reports).toMatchObject([{ outcome: 'verified', bytes }])
    newest().stats = DIRECT
    await pass(MINUTE)
    expect(unknown.reports).toHaveLength(1)
  })

  it('is reported with what took the connection that came after, too', async () => {
    const { transfer, reports } = await moving()
    transfer.state.setWritten(100)
    await breakIt()
    await pass(500)
    await connect()
    transfer.state.tally.begin(100)
    transfer.state.setWritten(150)
    newest().stats = through('relay')
    await pass(250)
    transfer.state.advance('verified')
    expect(reports).toMatchObject([{ bytes: { direct: 100, turn: 50, relay: 0 } }])
  })

  it('stays as it ended although nobody hears of it', async () => {
    const { transfer, report } = await moving()
    report.mockRejectedValue(new Error('unreachable'))
    transfer.state.advance('verified')
    await pass(MINUTE)
    expect(report).toHaveBeenCalledTimes(1)
    expect(transfer.state.stage).toBe('verified')
    expect(transfer.failure).toBeUndefined()
  })
})
