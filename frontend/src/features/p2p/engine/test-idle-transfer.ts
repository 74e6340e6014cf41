/** A transfer that moves nothing and remembers what was done to it, for tests of who is there. */
import { type Channels } from './channel'
import { type TransferError } from './failure'
import { type Transfer } from './member'
import { TransferState } from './transfer-state'

/** Ends when it is told to, and not by itself. */
export class IdleTransfer implements Transfer {
  readonly state = new TransferState()
  readonly connections: Channels[] = []
  interruptions = 0

  connect(channels: Channels): void {
    this.connections.push(channels)
    this.state.setInterrupted(false)
  }
  interrupt(): void {
    this.interruptions += 1
    this.state.setInterrupted(true)
  }
  pause(paused: boolean): void {
    this.state.setPaused({ here: paused })
  }
  cancel(): void {
    this.state.advance('cancelled')
  }
  fail(error: TransferError): void {
    if (!this.state.ended) this.state.fail({ code: error.code, foundBy: 'us' })
  }

  get failure() {
    return this.state.getSnapshot().failure?.code
  }
}
