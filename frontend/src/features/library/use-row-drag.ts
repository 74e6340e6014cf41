/** Dragging rows of the library onto a folder, in its list or on the way up. */
import { type DragEvent, useCallback, useState } from 'react'
import { idsOf, type Picked } from './entry'
import type { Destination } from './use-moving'

/** Marks a drag as one of rows; files from elsewhere are another matter. */
const KIND = 'application/x-sharesync-rows'

/** Where rows may be dropped: spread over an element. */
export interface DropTarget {
  onDragOver: (event: DragEvent) => void
  onDragLeave: () => void
  onDrop: (event: DragEvent) => void
}

/** What is dragged, and over which folder: `onDrop` is told once it is let go there. */
export function useRowDrag(onDrop: (picked: Picked, to: Destination) => void) {
  const [dragged, setDragged] = useState<Picked | null>(null)
  const [over, setOver] = useState<string | null>()

  const start = useCallback((event: DragEvent, picked: Picked) => {
    event.dataTransfer.setData(KIND, '')
    event.dataTransfer.effectAllowed = 'move'
    setDragged(picked)
  }, [])
  const end = useCallback(() => {
    setDragged(null)
    setOver(undefined)
  }, [])
  const target = (to: Destination): DropTarget => ({
    onDragOver: (event) => {
      if (!dragged || !mayGoTo(dragged, to.id)) return
      event.preventDefault()
      event.dataTransfer.dropEffect = 'move'
      setOver(to.id)
    },
    onDragLeave: () => setOver(undefined),
    onDrop: (event) => {
      if (!dragged || !mayGoTo(dragged, to.id)) return
      event.preventDefault()
      end()
      onDrop(dragged, to)
    },
  })
  return { start, end, target, over }
}

/** Whether they are not in that folder already, and it is none of them. */
export function mayGoTo(picked: Picked, to: string | null): boolean {
  const { files, folders } = picked
  if (to !== null && idsOf(picked).folder_ids.includes(to)) return false
  return (
    files.some(({ folder_id }) => (folder_id ?? null) !== to) ||
    folders.some(({ parent_id }) => (parent_id ?? null) !== to)
  )
}
