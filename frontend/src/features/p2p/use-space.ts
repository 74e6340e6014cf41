/** Whether an offer fits, for the page that shows it. */
import { useEffect, useState } from 'react'
import { askForSpace, measureSpace, type Space } from './engine/space'

/** What is known of the space for so many bytes, and a way to ask the browser for more of it. */
export function useSpace(needed: number): {
  /** Undefined until it has been measured. */
  space: Space | undefined
  /** Asks, then measures again. */
  askForMore: () => Promise<void>
} {
  const [measured, setMeasured] = useState<{ needed: number; space: Space }>()
  useEffect(() => {
    let gone = false
    void measureSpace(needed).then((space) => {
      if (!gone) setMeasured({ needed, space })
    })
    return () => {
      gone = true
    }
  }, [needed])

  return {
    // What was measured for another offer is no answer.
    space: measured?.needed === needed ? measured.space : undefined,
    askForMore: async () => {
      await askForSpace()
      setMeasured({ needed, space: await measureSpace(needed) })
    },
  }
}
