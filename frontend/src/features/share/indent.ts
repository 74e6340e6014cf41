/** How far in a line of a link's list begins. */
import type { CSSProperties } from 'react'

/** Deeper ones begin where these do: a name needs its room on a phone. */
const DEEPEST = 4

/** For a line that lies in so many folders. */
export function indent(depth: number): CSSProperties | undefined {
  return depth === 0 ? undefined : { paddingInlineStart: `${Math.min(depth, DEEPEST)}rem` }
}
