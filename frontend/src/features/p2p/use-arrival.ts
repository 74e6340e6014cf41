/** How a guest's page knows its other side, by the way it came here. */
import { useState } from 'react'
import { useLocation } from 'react-router'
import { cameByCode, cameFromNearby } from './arrival'
import type { Comparison } from './compare-words'
import type { CheckedBy } from './words'

/** What there is to know of the other side. */
export interface Arrival {
  readonly checkedBy: CheckedBy
  readonly comparison?: Comparison
  /** As whom the other side knows us, where that is not by our id. */
  readonly name?: string
}

/** It; `onDifferent` is what happens where the words that were compared are not the same. */
export function useArrival(onDifferent: () => void): Arrival {
  const state: unknown = useLocation().state
  const [compared, setCompared] = useState(false)
  const nearby = cameFromNearby(state)
  if (!nearby) return { checkedBy: cameByCode(state) ? 'code' : 'link' }
  const { words, name } = nearby
  const onSame = () => setCompared(true)
  return { checkedBy: 'words', name, comparison: { words, compared, onSame, onDifferent } }
}
