/** What the room page says about stages and failures: short, and about the person's files. */
import type { CodeTrouble } from './engine/code-guest'
import type { CodeOutcome } from './engine/code-host'
import type { Failure } from './engine/failure'
import type { Reach } from './engine/member'
import type { NearbyTrouble } from './engine/nearby-sending'
import type { RoomSnapshot } from './engine/room'
import { SignalingError } from './engine/signaling-client'
import { hasEnded, type Stage, type TransferSnapshot } from './engine/transfer-state'
import type { CodeMistake } from './secrecy/code-words'
import type { NearbyDevice } from './secrecy/nearby-exchange'

/** Which end of the transfer this page is. A giver sends, in a room of somebody else. */
export type Side = 'sender' | 'giver' | 'receiver'

const SENDING: Record<Stage, string> = {
  connecting: 'Connecting',
  connected: 'Connected: choose files to send',
  offered: 'Waiting for them to accept',
  moving: 'Sending',
  checking: 'Checking',
  verified: 'Verified',
  declined: 'Declined',
  cancelled: 'Cancelled',
  failed: 'Failed',
}

const STAGES: Record<Side, Record<Stage, string>> = {
  sender: SENDING,
  giver: { ...SENDING, connected: 'Ready for your files' },
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

/** What can be done after a transfer that somebody stopped. */
const STOPPED: Record<Side, string> = {
  sender: 'Your link still works.',
  giver: 'You can send again.',
  receiver: 'Open the link again to start over.',
}

/** A sentence about how it ended, where there is more to say than the stage. */
export function outcomeWords(side: Side, stage: Stage): string | undefined {
  const sending = side !== 'receiver'
  switch (stage) {
    case 'verified':
      return sending
        ? 'Everything arrived, and every byte was checked.'
        : 'Everything is in your downloads, and every byte was checked.'
    case 'declined':
      return sending ? 'They chose not to take the files.' : 'You chose not to take the files.'
    case 'cancelled':
      return `The transfer was stopped. ${STOPPED[side]}`
    default:
      return undefined
  }
}

/** Why nothing moves at the moment although nothing is wrong for good; undefined when that is not so. */
export function held({
  stage,
  accepted,
  interrupted,
  paused,
}: TransferSnapshot): 'interrupted' | 'paused' | undefined {
  if (!['connecting', 'connected', 'offered', 'moving', 'checking'].includes(stage)) {
    return undefined
  }
  if (accepted && interrupted) return 'interrupted'
  return stage === 'moving' && (paused.here || paused.there) ? 'paused' : undefined
}

/** It in words; `away` while the other side's page is not there. */
export function heldWords(transfer: TransferSnapshot, away: boolean): Trouble | undefined {
  const why = held(transfer)
  if (why === 'interrupted') {
    return away
      ? {
          what: 'Waiting for them to come back',
          next: 'Their page is gone. When they open it again, it goes on where it stopped.',
        }
      : {
          what: 'Connecting again',
          next: 'The connection was lost. What has arrived is kept.',
        }
  }
  if (why === undefined) return undefined
  return {
    what: 'Paused',
    next: transfer.paused.here
      ? 'Nothing moves until you resume.'
      : 'They paused it. It goes on when they resume.',
  }
}

/** What went wrong, and what to do next. */
export interface Trouble {
  readonly what: string
  readonly next: string
}

const AGAIN: Record<Side, string> = {
  sender: 'Your link still works: ask them to open it again.',
  giver: 'Try again; they need not do anything.',
  receiver: 'Try again; the sender need not do anything.',
}

const LEFT: Record<Side, Trouble> = {
  sender: { what: 'The other side left.', next: AGAIN.sender },
  giver: { what: 'Whoever takes files here is gone.', next: 'Ask them for a new link.' },
  receiver: {
    what: 'The other side left.',
    next: 'Ask them to stay on the page, and open the link again.',
  },
}

const UNREADABLE: Record<Side, Trouble> = {
  sender: {
    what: 'A file could not be read. It may have been moved or changed.',
    next: 'Start again with a new room, and choose the files once more.',
  },
  giver: {
    what: 'A file could not be read. It may have been moved or changed.',
    next: 'Try again, and choose the files once more.',
  },
  receiver: {
    what: 'A file could not be read at their end.',
    next: 'Ask them to send it again.',
  },
}

/** What a giver is told where whoever takes files is not there, if that is all there is to say. */
export function absentWords(
  { stage, accepted, interrupted }: TransferSnapshot,
  { away, gone }: Pick<Reach, 'away' | 'gone'>,
): Trouble | undefined {
  if (hasEnded({ stage })) return gone && stage !== 'verified' ? LEFT.giver : undefined
  const reached = stage !== 'connecting' && !interrupted
  if (!away || accepted || reached) return undefined
  return {
    what: 'They are away at the moment',
    next: 'Keep this page open: it goes on when they are back.',
  }
}

/** Why a transfer failed. */
export function transferTrouble(side: Side, { code, foundBy }: Failure): Trouble {
  switch (code) {
    case 'left':
      return LEFT[side]
    case 'connection':
      return {
        what: 'The connection between the two of you failed.',
        next: 'Being on the same network helps. Or keep a link: then nobody has to wait.',
      }
    case 'tampered':
      return {
        what: 'Somebody between you changed what was said, so the connection was refused.',
        next:
          side === 'sender'
            ? 'Check that they opened the whole link. If they did, make a new room, and send its link another way.'
            : 'Check that you opened the whole link. If you did, ask for a new one, sent another way.',
      }
    case 'version':
      return { what: 'The two pages are of different versions.', next: 'Reload both of them.' }
    case 'corrupt':
      return { what: 'Something arrived damaged and was thrown away.', next: AGAIN[side] }
    case 'unreadable':
      return UNREADABLE[side]
    case 'unwritable':
      return side !== 'receiver'
        ? { what: 'A file could not be written at their end.', next: AGAIN[side] }
        : {
            what: 'A file could not be written here.',
            next: 'Allow this site to keep data, and try again. Private windows may not.',
          }
    case 'out_of_space':
      return side !== 'receiver'
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
export function roomTrouble(failure: RoomSnapshot['failure'] | 'no_key'): Trouble {
  switch (failure) {
    case 'unknown_room':
    case 'malformed':
      return { what: 'This room has ended. Ask for a new link.', next: '' }
    case 'no_key':
      return {
        what: 'This link is not whole: the part behind the # is missing.',
        next: 'Ask for it again, and copy all of it.',
      }
    case 'room_locked':
      return {
        what: 'This room is locked: nobody new can come in.',
        next: 'Ask whoever sent you the link to unlock it, then try again.',
      }
    case 'ejected':
      return {
        what: 'You were put out of this room.',
        next: 'Whoever made it did that. What had arrived in full is still yours.',
      }
    case 'displaced':
      return {
        what: 'This room is open on another page of yours.',
        next: 'Go on there, or bring it back here.',
      }
    case 'tampered':
      return {
        what: 'The words were not the same: somebody may be between the two of you.',
        next: 'This room is closed. Start over, and send the link another way.',
      }
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

/** What became of the code before the one that is shown. */
export function codeNews(outcome: CodeOutcome): string {
  switch (outcome) {
    case 'let in':
      return 'Somebody came in with the code. Here is a new one.'
    case 'wrong':
      return 'Somebody tried a wrong code. Here is a new one.'
    case 'broken off':
      return 'Somebody began with the code and left. Here is a new one.'
  }
}

/** What is wrong with a code as it was typed. */
export function codeMistake(mistake: CodeMistake | 'own'): Trouble {
  switch (mistake) {
    case 'form':
      return {
        what: 'A code is a number and two words.',
        next: 'It looks like this: 4821-orbit-canyon.',
      }
    case 'nameplate':
      return {
        what: 'A code begins with a number of four digits or more.',
        next: 'Ask them for it again.',
      }
    case 'first word':
      return { what: 'The first word is none of ours.', next: 'Check how it is spelt.' }
    case 'second word':
      return { what: 'The second word is none of ours.', next: 'Check how it is spelt.' }
    case 'own':
      return { what: 'This is the code of this page.', next: 'Say it to the other side.' }
  }
}

/** Why a code led nowhere. */
export function codeTrouble(trouble: CodeTrouble): Trouble {
  switch (trouble) {
    case 'unknown_code':
      return {
        what: 'There is no such code, or it has been used.',
        next: 'Ask them to read you the one they see now.',
      }
    case 'wrong_code':
      return {
        what: 'The words were not right.',
        next: 'Each code works once: ask them for the new one.',
      }
    case 'gone':
      return {
        what: 'Their page does not answer.',
        next: 'Ask them to keep it open, and to read you the code they see now.',
      }
    case 'tampered':
      return {
        what: 'Somebody between you changed what was said, so nothing was joined.',
        next: 'Ask for the link instead, sent another way.',
      }
    case 'rate_limited':
      return { what: 'Too many tries from here.', next: 'Wait a minute, then try again.' }
    case 'unreachable':
      return {
        what: 'The server cannot be reached.',
        next: 'Check that you are online, then try again.',
      }
  }
}

/** Why the room was not locked, or nobody put out of it. */
export function ownerTrouble(error: unknown): string {
  const refused = error instanceof SignalingError && error.code === 'not_owner'
  return refused ? 'Only the page that made the room can do that.' : 'That did not work. Try again.'
}

/** How a page knows that it talks to the right one, and not to somebody between the two. */
export type CheckedBy = 'link' | 'code' | 'either' | 'words'

/** It in words. */
export function checkedWords(by: CheckedBy): string {
  switch (by) {
    case 'link':
      return 'Checked with the key in the link'
    case 'code':
      return 'Checked with the code'
    case 'either':
      return 'Checked with the room’s key'
    case 'words':
      return 'Checked by comparing the words'
  }
}

/** A device nearby, as people tell it from others. */
export function deviceWords({ name, platform }: NearbyDevice): string {
  return platform === undefined ? name : `${name} on ${platform}`
}

/** Why nobody nearby is shown, nor are we. */
export function nearbyRefusal(code: SignalingError['code'] | undefined): string {
  switch (code) {
    case 'no_nearby':
      return 'This server cannot tell who is nearby. The code and the link work as ever.'
    case 'too_many_devices':
      return 'As many devices of your network are shown as can be. Try again later.'
    case 'rate_limited':
      return 'Too many tries from your network. Wait a minute, then turn it off and on.'
    default:
      return 'That did not work. Turn it off and on to try again.'
  }
}

/** What became of sending to a device nearby. */
export function nearbyOutcome(name: string, trouble: NearbyTrouble | undefined): string {
  switch (trouble) {
    case undefined:
      return `${name} accepted.`
    case 'declined':
      return `${name} declined.`
    case 'no_answer':
      return `${name} is busy, or does not answer.`
    case 'gone':
      return `${name} is gone.`
    case 'tampered':
      return 'Somebody between you changed what was said, so nothing was sent.'
    case 'rate_limited':
      return 'Too many tries from your network. Wait a minute, then try again.'
    case 'unreachable':
      return 'The server cannot be reached. Check that you are online, then try again.'
  }
}

/** What the tab is called while somebody nearby waits for an answer. */
export function askedTitle(name: string): string {
  return `${name} wants to send you files · ShareSync`
}
