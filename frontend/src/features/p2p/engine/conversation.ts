/** What both ends of a conversation share. Used by `SendingConversation` and `ReceivingConversation`. */
import { type TransferMessage } from './control-channel'
import { type FailureCode, TransferError } from './failure'

/** A message of one type. */
export type Of<Type extends TransferMessage['type']> = Extract<TransferMessage, { type: Type }>

/** How the other side ended it, or what we found wrong with it. */
export type Ending =
  | { readonly stage: 'declined' | 'cancelled' }
  | { readonly stage: 'failed'; readonly code: FailureCode }

/** A message that may not come at this point. */
export function outOfPlace(message: TransferMessage): TransferError {
  return new TransferError('malformed', `${message.type} not at this point`)
}
