/** What the receiving page says about space, and about where files go. */
import { formatBytes } from '@/lib/format'
import type { ChosenPlace } from './engine/chosen-place'
import type { Space } from './engine/space'
import type { Trouble } from './words'

/** From this much on it is worth saying that nobody knows whether it fits. */
const WORTH_A_DOUBT = 100 * 1024 ** 2

/** Whether an offer of so many bytes fits, in a sentence or two; empty where there is nothing to say. */
export function spaceWords(space: Space, offered: number): string {
  switch (space.fits) {
    case false:
      return `${formatBytes(offered)} offered, ${formatBytes(space.free)} free here.`
    case undefined:
      return offered < WORTH_A_DOUBT ? '' : 'This browser does not say how much is free here.'
    case true:
      return roomWords(space, offered)
  }
}

function roomWords({ free, more }: Extract<Space, { fits: true }>, offered: number): string {
  if (free === undefined) return 'It fits, as far as this browser tells.'
  if (more) return `${formatBytes(free)} or more free here.`
  const tight = free < 2 * offered ? ' Saving it takes as much again in your downloads.' : ''
  return `${formatBytes(free)} free here.${tight}`
}

/** What can be done where it does not fit; `elsewhere` where a person can choose another place. */
export function shortageWords(elsewhere: boolean): string {
  return elsewhere
    ? 'A folder on another disk may have room. Or free some space and open the link again.'
    : 'Free some space and open the link again, or ask for fewer files.'
}

/** Where files are going, while they are; undefined for the downloads, where everybody expects them. */
export function savingWords(place: ChosenPlace | undefined): string | undefined {
  if (!place) return undefined
  return place.kind === 'directory' ? `Into “${place.name}”` : `As “${place.name}”`
}

/** Where they are when everything has arrived. */
export function savedWords(place: ChosenPlace | undefined): string {
  const proof = 'and every byte was checked.'
  if (!place) return `Everything is in your downloads, ${proof}`
  return place.kind === 'directory'
    ? `Everything is in “${place.name}”, ${proof}`
    : `It is saved as “${place.name}”, ${proof}`
}

/** Why nothing moves after a reload: browsers forget what a page was let do. */
export function leaveWords({ name }: ChosenPlace): Trouble {
  return {
    what: 'Waiting for you',
    next: `Let this page write to “${name}” again, and it goes on. Files that are there are not sent twice.`,
  }
}
