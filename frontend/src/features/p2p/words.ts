/** What the room page says about stages and failures: short, and about the person's files. */
import type { Failure } from './engine/failure'
import type { RoomSnapshot } from './engine/room'
import type { Stage } from './engine/transfer-state'

/** Which end of the transfer this page is. */
export type Side = 'sender' | 'receiver'

const STAGES: Record<Side, Record<Stage, string>> = {
  sender: {
    connecting: 'Connecting',
    connected: 'Connected: choose files to send',
    offered: 'Waiting for them to accept',
    moving: 'Sending',
    checking: 'Checking',
    verified: 'Verified',
    declined: 'Declined',
    cancelled: 'Cancelled',
    failed: 'Failed',
  },
  receiver: {
    connecting: 'Connecting',
    connected: 'Waiting for them to choose files',
    offered: 'Ready when you are',
    moving: 'Receiving',
    checking: 'Checking',
    verified: 'Verified',
    declined: 'Declined',
    cancelled: 'Cancelled',
    failed: 'Failed',
  },
}

/** A stage in a word or two. */
export function stageWords(side: Side, stage: Stage): string {
  return STAGES[side][stage]
}

/** A sentence about how it ended, where there is more to say than the stage. */
export function outcomeWords(side: Side, stage: Stage): string | undefined {
  const sending = side === 'sender'
  switch (stage) {
    case 'verified':
      return sending
        ? 'Everything arrived, and every byte was checked.'
        : 'Everything is in your downloads, and every byte was checked.'
    case 'declined':
      return sending ? 'They chose not to take the files.' : 'You chose not to take the files.'
    case 'cancelled':
      return sending
        ? 'The transfer was stopped. Your link still works.'
        : 'The transfer was stopped. Open the link again to start over.'
    default:
      return undefined
  }
}

/** What went wrong, and what to do next. */
export interface Trouble {
  readonly what: string
  readonly next: string
}

const AGAIN: Record<Side, string> = {
  sender: 'Your link still works: ask them to open it again.',
  receiver: 'Try again; the sender need not do anything.',
}

/** Why a transfer failed. */
export function transferTrouble(side: Side, { code, foundBy }: Failure): Trouble {
  switch (code) {
    case 'left':
      return {
        what: 'The other side left.',
        next:
          side === 'sender'
            ? AGAIN.sender
            : 'Ask them to stay on the page, and open the link again.',
      }
    case 'connection':
      return {
        what: 'The connection between the two of you failed.',
        next: 'Being on the same network helps. Or keep a link: then nobody has to wait.',
      }
    case 'version':
      return { what: 'The two pages are of different versions.', next: 'Reload both of them.' }
    case 'corrupt':
      return { what: 'Something arrived damaged and was thrown away.', next: AGAIN[side] }
    case 'unreadable':
      return side === 'sender'
        ? {
            what: 'A file could not be read. It may have been moved or changed.',
            next: 'Start again with a new room, and choose the files once more.',
          }
        : { what: 'A file could not be read at their end.', next: 'Ask them to send it again.' }
    case 'unwritable':
      return side === 'sender'
        ? { what: 'A file could not be written at their end.', next: AGAIN.sender }
        : {
            what: 'A file could not be written here.',
            next: 'Allow this site to keep data, and try again. Private windows may not.',
          }
    case 'out_of_space':
      return side === 'sender'
        ? { what: 'There is too little space at their end.', next: 'Send fewer files.' }
        : {
            what: 'There is too little space here.',
            next: 'Free some space and try again, or ask for fewer files.',
          }
    case 'malformed':
      return {
        what:
          foundBy === 'us'
            ? 'The other side sent something it must not, so the connection was closed.'
            : 'The other side did not understand us, so it closed the connection.',
        next: 'Reload both pages. If it happens again, do not trust the other side.',
      }
  }
}

/** Why a room is closed. */
export function roomTrouble(failure: RoomSnapshot['failure']): Trouble {
  switch (failure) {
    case 'unknown_room':
    case 'malformed':
      return { what: 'This room has ended. Ask for a new link.', next: '' }
    case 'room_full':
      return {
        what: 'This room is full.',
        next: 'Sixteen people are in it already. Try again when somebody has left.',
      }
    case 'rate_limited':
      return { what: 'Too many tries from here.', next: 'Wait a minute, then try again.' }
    case 'too_many_rooms':
      return {
        what: 'There are as many rooms here as there can be.',
        next: 'Try again in a few minutes.',
      }
    default:
      return {
        what: 'The server cannot be reached.',
        next: 'Check that you are online, then try again.',
      }
  }
}
