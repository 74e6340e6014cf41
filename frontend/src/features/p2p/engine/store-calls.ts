/** What the stores ask of their worker, and what comes back. */
import { type ReceivedBlock } from './block-store'
import { type ChosenPlace } from './chosen-place'
import { type FailureCode } from './failure'
import { type Journal } from './journal'
import { type SavePath } from './save-paths'

/** Where a person wants the files, and what they are to be called there, by their numbers. */
export interface Destination {
  readonly place: ChosenPlace
  readonly paths: readonly SavePath[]
}

/** Something to do. What is written is answered in the order of the calls; the rest when it is done. */
export type StoreCall =
  /**
   * Makes the transfer's folder if need be, and reads its journal; blocks that are not what it says are left out.
   * Content goes there, too, or to a destination.
   */
  | {
      readonly op: 'open'
      readonly directory: string
      readonly destination: Destination | undefined
    }
  | { readonly op: 'write'; readonly block: ReceivedBlock }
  /** Ends a file whose every block has been written. */
  | { readonly op: 'finish'; readonly file: number }
  /**
   * Lets go of everything. What is unfinished at a destination goes, unless it is to be kept for a later page;
   * the transfer's folder is the page's to delete.
   */
  | { readonly op: 'close'; readonly keep: boolean }

/** A call with a number, which its answer has, too. */
export interface NumberedCall {
  readonly id: number
  readonly call: StoreCall
}

/** The answer to one call; `journal` answers `open`, `content` answers `finish`. */
export type StoreAnswer =
  | { readonly ok: true; readonly content?: File; readonly journal?: Journal }
  | { readonly ok: false; readonly code: FailureCode; readonly message: string }

export interface NumberedAnswer {
  readonly id: number
  readonly answer: StoreAnswer
}
