/** The box that ticks a whole list, whose rows have to be fetched for that. Used by `FolderContents`. */
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { useToast } from '@/components/ui/toast-context'
import { formatCount } from '@/lib/format'
import { problemWords } from '@/lib/problem-words'
import { type Entry, MOST_PICKED } from './entry'
import type { Place } from './place'
import type { Selection } from './selection'
import { firstEntries } from './use-rows'

interface SelectAll {
  /** Whether its rows are being fetched: the box is ticked already, for whoever pressed it has to see that. */
  readonly isGathering: boolean
  readonly toggleAll: () => void
}

/** Ticks the `count` rows of a place, as many of them as can be changed at once, or what is ticked no more. */
export function useSelectAll(place: Place, count: number, selection: Selection<Entry>): SelectAll {
  const { selected, set, clear } = selection
  const queries = useQueryClient()
  const toast = useToast()
  const [isGathering, setGathering] = useState(false)
  /** Stands for the gathering under way, so that one that was given up selects nothing. */
  const underWay = useRef<object>(undefined)

  const giveUp = () => {
    underWay.current = undefined
  }
  useEffect(() => giveUp, [])

  const gather = async () => {
    const own = {}
    underWay.current = own
    setGathering(true)
    try {
      const entries = await firstEntries(queries, place, MOST_PICKED)
      if (underWay.current !== own) return
      set(entries)
      setGathering(false)
      if (entries.length < MOST_PICKED || count === MOST_PICKED) return
      toast({
        title: `The first ${formatCount(MOST_PICKED, 'row')} are selected.`,
        description: 'That is as many as can be changed at once.',
      })
    } catch (error) {
      if (underWay.current !== own) return
      setGathering(false)
      toast({
        title: 'Not all could be selected.',
        description: problemWords(error),
        tone: 'danger',
      })
    }
  }
  const toggleAll = () => {
    if (isGathering || selected.size > 0) {
      giveUp()
      setGathering(false)
      clear()
    } else {
      void gather()
    }
  }
  return { isGathering, toggleAll }
}
