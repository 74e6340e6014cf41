/** Why a transfer or a room came to an end. Thrown inside the engine, shown by the page. */

/** Failures that the protocol names and that both sides tell each other (docs/PROTOCOL.md). */
export const FAILURE_CODES = [
  'version',
  'malformed',
  'corrupt',
  'unreadable',
  'unwritable',
  'out_of_space',
] as const

/** A failure that travels. */
export type FailureCode = (typeof FAILURE_CODES)[number]

/** A failure that is not told: the other side cannot be reached, or what reaches it cannot be trusted. */
export type LinkFailureCode =
  /** The other side left the room, or closed its page. */
  | 'left'
  /** No connection could be made, or the one there was broke. */
  | 'connection'
  /** What came as the other side's words was not what it said: forged, changed, or said before. */
  | 'tampered'

/** What went wrong, as a snapshot holds it. */
export interface Failure {
  readonly code: FailureCode | LinkFailureCode
  /** Who found it: this browser or the one at the other end. */
  readonly foundBy: 'us' | 'them'
}

/** Ends a transfer. Its message is for the other side's log, never for a person here. */
export class TransferError extends Error {
  override readonly name = 'TransferError'
  readonly code: FailureCode | LinkFailureCode

  constructor(code: FailureCode | LinkFailureCode, message: string) {
    super(message)
    this.code = code
  }
}

/** True for the codes that the other side can be told. */
export function travels(code: FailureCode | LinkFailureCode): code is FailureCode {
  return code !== 'left' && code !== 'connection' && code !== 'tampered'
}

/** Whatever was thrown, as a failure: what is none of ours came from writing. */
export function asTransferError(error: unknown): TransferError {
  return error instanceof TransferError ? error : new TransferError('unwritable', String(error))
}

/** Whether what was thrown says that there is no space left. */
export function isOutOfSpace(error: unknown): boolean {
  if (error instanceof TransferError) return error.code === 'out_of_space'
  // A DOMException in older browsers, a class of its own in newer ones.
  return error instanceof Error && error.name === 'QuotaExceededError'
}
