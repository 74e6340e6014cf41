/** What `OpfsStore` asks of its worker, and what comes back. */
import { type ReceivedBlock } from './block-store'
import { type FailureCode } from './failure'

/** A call; answers come in the order of the calls. */
export type OpfsCall =
  | { readonly op: 'open'; readonly directory: string }
  | { readonly op: 'write'; readonly block: ReceivedBlock }
  | { readonly op: 'finish'; readonly file: number }
  | { readonly op: 'abandon' }

/** The answer to one call; `content` answers `finish`. */
export type OpfsAnswer =
  | { readonly ok: true; readonly content?: File }
  | { readonly ok: false; readonly code: FailureCode; readonly message: string }
