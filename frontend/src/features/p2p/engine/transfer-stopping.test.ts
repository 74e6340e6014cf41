// @vitest-environment node
/** Transfers that end in the middle. */
import { describe, expect, it } from 'vitest'
import { TransferError } from './failure'
import { BLOCK_BYTES } from './protocol'
import {
  finished,
  noise,
  offerable,
  offerableBlob,
  offered,
  outcome,
  type Setup,
  SlowStore,
  UnreadableBlob,
} from './test-transfer'

/** Who has closed the control channel: whoever heard the last word, for whoever said it waits for that. */
function hungUp({ left, right }: Setup) {
  return {
    sender: left.control.readyState === 'closed',
    receiver: right.control.readyState === 'closed',
  }
}

describe('stopping in the middle', () => {
  async function inTheMiddle() {
    const disk = new SlowStore()
    const setup = await offered([offerable('file', noise(4 * BLOCK_BYTES))], () => disk)
    await setup.receiver.accept()
    await disk.holds(2)
    return { ...setup, disk }
  }

  it('the sender cancels', async () => {
    const setup = await inTheMiddle()
    setup.sender.cancel()
    await finished(setup)
    expect(outcome(setup.receiver)).toEqual({ stage: 'cancelled' })
    expect(hungUp(setup)).toEqual({ sender: false, receiver: true })
    expect(setup.disk.closed).toBe(true)
    expect(setup.delivered).toEqual([])
  })

  it('the receiver cancels', async () => {
    const setup = await inTheMiddle()
    setup.receiver.cancel()
    await finished(setup)
    expect(outcome(setup.sender)).toEqual({ stage: 'cancelled' })
    expect(hungUp(setup)).toEqual({ sender: true, receiver: false })
    expect(setup.disk.closed).toBe(true)
  })

  it('the other side is gone', async () => {
    const setup = await inTheMiddle()
    setup.left.control.readyState = 'closed'
    setup.left.data.readyState = 'closed'
    setup.sender.fail(new TransferError('left', 'gone'))
    setup.receiver.fail(new TransferError('left', 'gone'))
    expect(outcome(setup.sender)).toEqual({ stage: 'failed', code: 'left', foundBy: 'us' })
    expect(outcome(setup.receiver)).toEqual({ stage: 'failed', code: 'left', foundBy: 'us' })
    expect(setup.disk.closed).toBe(true)
    expect(setup.delivered).toEqual([])
  })

  it('a file can no longer be read', async () => {
    const setup = await offered([offerableBlob('file', new UnreadableBlob(10))])
    await setup.receiver.accept()
    await finished(setup)
    expect(outcome(setup.sender)).toEqual({ stage: 'failed', code: 'unreadable', foundBy: 'us' })
    expect(outcome(setup.receiver)).toEqual({
      stage: 'failed',
      code: 'unreadable',
      foundBy: 'them',
    })
  })

  it('there is too little space', async () => {
    const disk = new SlowStore()
    disk.reserve = () => Promise.reject(new TransferError('out_of_space', 'full'))
    const setup = await offered([offerable('file', noise(10))], () => disk)
    await setup.receiver.accept()
    await finished(setup)
    expect(outcome(setup.receiver)).toEqual({
      stage: 'failed',
      code: 'out_of_space',
      foundBy: 'us',
    })
    expect(outcome(setup.sender)).toEqual({
      stage: 'failed',
      code: 'out_of_space',
      foundBy: 'them',
    })
  })
})
