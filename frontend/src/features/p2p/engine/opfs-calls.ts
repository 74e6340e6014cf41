/** What `OpfsStore` asks of its worker, and what comes back. */
import { type ReceivedBlock } from './block-store'
import { type FailureCode } from './failure'
import { type Journal } from './journal'

/** A call; answers come in the order of the calls. */
export type OpfsCall =
  /** Makes the folder if need be, and reads its journal; blocks that are not what it says are left out. */
  | { readonly op: 'open'; readonly directory: string }
  | { readonly op: 'write'; readonly block: ReceivedBlock }
  | { readonly op: 'finish'; readonly file: number }
  /** Lets go of everything, so that the page can delete it, or a later one go on with it. */
  | { readonly op: 'close' }

/** The answer to one call; `journal` answers `open`, `content` answers `finish`. */
export type OpfsAnswer =
  | { readonly ok: true; readonly content?: File; readonly journal?: Journal }
  | { readonly ok: false; readonly code: FailureCode; readonly message: string }
