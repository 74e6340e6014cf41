/** Text pasted anywhere on a page but into a field. Used by the room page's messages, and by the library. */
import { useEffect, useEffectEvent } from 'react'
import { carriesFiles } from '@/lib/dropped-files'
import { isField } from '@/lib/is-field'

/** Calls `onText` with what is pasted, unless it goes into a field or is files. */
export function usePastedText(onText: (text: string) => void): void {
  const take = useEffectEvent(onText)
  useEffect(() => {
    const paste = (event: ClipboardEvent) => {
      if (isField(event.target) || carriesFiles(event.clipboardData)) return
      const text = event.clipboardData?.getData('text/plain') ?? ''
      if (text === '') return
      event.preventDefault()
      take(text)
    }
    window.addEventListener('paste', paste)
    return () => window.removeEventListener('paste', paste)
  }, [])
}
