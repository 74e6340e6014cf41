/** What the rows of the library's list say to it. */
import type { DragEvent } from 'react'
import type { Entry, Picked } from './entry'

export interface RowHandlers {
  /** Where the panel of a file is, by its id. */
  readonly panelOf: (id: string) => string
  readonly onToggle: (entry: Entry) => void
  /** Asked to make a link to some of them. */
  readonly onShare: (picked: Picked) => void
  /** Asked to have others send files to a folder, by its id. */
  readonly onRequest: (folderId: string) => void
  /** Asked to move some of them, to where is asked. */
  readonly onMove: (picked: Picked) => void
  readonly onDragStart: (event: DragEvent, entry: Entry) => void
  readonly onDragEnd: () => void
}

/** What every row is told. */
export interface RowProps {
  /** Its place in the list, from 0. */
  readonly index: number
  /** Milliseconds since the epoch; one value for all rows. */
  readonly now: number
  readonly isSelected: boolean
  /** Whether it passes by, so that it need not have everything yet. */
  readonly isPassing: boolean
  /** Whether it says where it lies. */
  readonly located: boolean
  readonly handlers: RowHandlers
}

/** Behind the head, which is the first row. */
export const ariaRow = (index: number) => index + 2
