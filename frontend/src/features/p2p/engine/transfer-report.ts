/**
 * What this page tells the service of a transfer that has ended: how, and how much took which path. No name, and
 * nothing of the content. Sent by `Member`; what the service makes of it changes nothing here.
 */
import { type PathBytes } from './path-tally'
import { type TransferState } from './transfer-state'

/** What is told. */
export interface TransferReport {
  readonly outcome: 'verified' | 'cancelled' | 'failed'
  /** Files that were proven to have arrived. */
  readonly files: number
  readonly bytes: PathBytes
}

/** What there is to tell; undefined of what never began, and where nobody is left to say the same. */
export function reportOf(state: TransferState): TransferReport | undefined {
  const { stage, accepted, verified, failure } = state.getSnapshot()
  if (stage !== 'verified' && stage !== 'cancelled' && stage !== 'failed') return undefined
  if (!accepted || failure?.code === 'left') return undefined
  return { outcome: stage, files: verified, bytes: state.tally.bytes() }
}
