/** What the receiving page says about space. */
import { formatBytes } from '@/lib/format'
import type { Space } from './engine/space'

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
