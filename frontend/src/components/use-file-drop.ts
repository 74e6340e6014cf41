/** Taking files dropped or pasted anywhere on a page. Used by the pages that take files. */
import { useEffect, useEffectEvent, useState } from 'react'
import { carriesFiles, type Chosen, droppedFiles } from '@/lib/dropped-files'
import { isField } from '@/lib/is-field'

/** Calls `onDrop` with what is dropped on the page, or pasted; says whether files are over it now. */
export function useFileDrop(onDrop: (dropped: Chosen) => void): boolean {
  const [over, setOver] = useState(false)
  const take = useEffectEvent(onDrop)

  useEffect(() => {
    // Each element entered is later left: files are over the page while more were entered than left.
    let depth = 0
    const count = (change: number) => (event: DragEvent) => {
      if (!carriesFiles(event.dataTransfer)) return
      depth = Math.max(0, depth + change)
      setOver(depth > 0)
    }
    const enter = count(1)
    const leave = count(-1)
    const allow = (event: DragEvent) => {
      if (carriesFiles(event.dataTransfer)) event.preventDefault()
    }
    const drop = (event: DragEvent) => {
      if (!event.dataTransfer || !carriesFiles(event.dataTransfer)) return
      event.preventDefault()
      depth = 0
      setOver(false)
      void droppedFiles(event.dataTransfer).then((dropped) => take(dropped))
    }
    const paste = (event: ClipboardEvent) => {
      if (!event.clipboardData || !carriesFiles(event.clipboardData)) return
      // What is copied from a document is text and a picture of it: a field wants the text.
      const isText = event.clipboardData.types.includes('text/plain')
      if (isText && isField(event.target)) return
      event.preventDefault()
      void droppedFiles(event.clipboardData).then((pasted) => take(pasted))
    }
    window.addEventListener('paste', paste)
    window.addEventListener('dragenter', enter)
    window.addEventListener('dragleave', leave)
    window.addEventListener('dragover', allow)
    window.addEventListener('drop', drop)
    return () => {
      window.removeEventListener('paste', paste)
      window.removeEventListener('dragenter', enter)
      window.removeEventListener('dragleave', leave)
      window.removeEventListener('dragover', allow)
      window.removeEventListener('drop', drop)
    }
  }, [])

  return over
}
