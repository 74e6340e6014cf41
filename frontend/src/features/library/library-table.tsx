/** The rows of a place as a table of which only what is in sight is drawn, with their selection. */
import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { useDeferredValue, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { useSearchParams } from 'react-router'
import { type Entry, entryId, pick } from './entry'
import { FileRow } from './file-row'
import { FolderRow } from './folder-row'
import { type Place, withParameters } from './place'
import type { RowHandlers } from './row-handlers'
import { SkeletonRow } from './skeleton-row'
import { TableHead } from './table-head'
import { useRowHeight } from './use-row-height'
import { useRows, type useTrails } from './use-rows'
import type { useRowDrag } from './use-row-drag'

/** Rows that are drawn beyond what is in sight, on either side. */
const BEYOND = 8
/** How many rows before they are drawn they are asked for. */
const AHEAD = 60

interface LibraryTableProps {
  place: Place
  trails: ReturnType<typeof useTrails>['trails']
  /** Names the table for those who do not see it. */
  caption: string
  selected: ReadonlyMap<string, Entry>
  onToggle: (entry: Entry) => void
  /** Whether all rows are about to be ticked. */
  isGathering: boolean
  onToggleAll: () => void
  onShare: RowHandlers['onShare']
  onRequest: RowHandlers['onRequest']
  onMove: RowHandlers['onMove']
  drag: ReturnType<typeof useRowDrag>
}

/** The table. Rows above and below what is drawn are two empty ones, as high as they would be. */
export function LibraryTable(props: LibraryTableProps) {
  const { place, trails, selected, onToggle, onShare, onRequest, onMove, drag } = props
  const { count } = trails
  const body = useRef<HTMLTableSectionElement>(null)
  const rowHeight = useRowHeight()
  const [top, setTop] = useState(0)
  // Ages need not tick.
  const [now] = useState(() => Date.now())

  // What stands above it may have grown.
  useLayoutEffect(() => {
    const measure = () => {
      if (body.current) setTop(Math.round(body.current.getBoundingClientRect().top + scrollY))
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(document.body)
    return () => observer.disconnect()
  }, [])

  const virtualizer = useWindowVirtualizer({
    count,
    estimateSize: () => rowHeight,
    overscan: BEYOND,
    scrollMargin: top,
  })
  useLayoutEffect(() => virtualizer.measure(), [virtualizer, rowHeight])
  const items = virtualizer.getVirtualItems()
  // What a row lacks it gets when nothing else is to do.
  const isPassing = useDeferredValue(virtualizer.isScrolling)
  const [from, to] = [items[0]?.index ?? 0, items.at(-1)?.index ?? -1]
  const entryAt = useRows(place, trails, Math.max(0, from - AHEAD), Math.min(count - 1, to + AHEAD))

  const { start, end } = drag
  const [parameters] = useSearchParams()
  const handlers = useMemo<RowHandlers>(() => {
    // Whoever takes hold of one that is ticked takes them all.
    const drawn = (entry: Entry) => pick(selected.has(entryId(entry)) ? selected.values() : [entry])
    return {
      panelOf: (id) => `?${withParameters(parameters, { file: id }).toString()}`,
      onToggle,
      onShare,
      onRequest,
      onMove,
      onDragStart: (event, entry) => start(event, drawn(entry)),
      onDragEnd: end,
    }
  }, [onToggle, onShare, onRequest, onMove, parameters, selected, start, end])

  const height = (rows: number) => rows * rowHeight
  const row = (index: number) => {
    const entry = entryAt(index)
    if (!entry) return <SkeletonRow key={index} index={index} />
    const id = entryId(entry)
    const shared = {
      index,
      now,
      handlers,
      isPassing,
      isSelected: selected.has(id),
      located: place.search !== '',
    }
    if (entry.kind === 'file') return <FileRow key={id} file={entry.file} {...shared} />
    const { folder } = entry
    return (
      <FolderRow
        key={id}
        folder={folder}
        {...shared}
        isOver={drag.over === id}
        drop={drag.target(folder)}
      />
    )
  }
  return (
    <div className="rounded-md border border-line bg-surface">
      <table
        aria-rowcount={count + 1}
        className="w-full table-fixed border-separate border-spacing-0 text-start [overflow-anchor:none]"
      >
        <caption className="sr-only">{props.caption}</caption>
        <TableHead
          place={place}
          selected={props.isGathering ? count : selected.size}
          count={count}
          onToggleAll={props.onToggleAll}
        />
        <tbody ref={body} className="[&_td]:border-t [&_td]:border-line">
          <Space height={height(from)} />
          {items.map(({ index }) => row(index))}
          <Space height={height(Math.max(0, count - 1 - to))} />
        </tbody>
      </table>
    </div>
  )
}

function Space({ height }: { height: number }) {
  if (height === 0) return null
  return (
    <tr aria-hidden>
      <td colSpan={7} className="p-0" style={{ height }} />
    </tr>
  )
}
