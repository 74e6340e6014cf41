/** What lies in a folder, or what a search has found: the list, or words in its place. */
import { FolderOpen, SearchX } from 'lucide-react'
import type { ReactNode } from 'react'
import { useServerInfo } from '@/api/account'
import { EmptyList } from '@/components/empty-list'
import { RowsSkeleton } from '@/components/rows-skeleton'
import { Notice } from '@/components/ui/notice'
import { formatCount } from '@/lib/format'
import { problemWords } from '@/lib/problem-words'
import { type Entry, pick, type Picked } from './entry'
import { LibraryTable } from './library-table'
import type { Place } from './place'
import { SelectionBar } from './selection-bar'
import type { Selection } from './selection'
import { type Told, useTrails } from './use-rows'
import type { useRowDrag } from './use-row-drag'
import { useSelectAll } from './use-select-all'

interface FolderContentsProps {
  place: Place
  /** What the place is called. */
  name: string
  told: Told
  selection: Selection<Entry>
  onShare: (picked: Picked) => void
  onRequest: (folderId: string) => void
  onMove: (picked: Picked) => void
  drag: ReturnType<typeof useRowDrag>
  /** A button for where there is nothing yet. */
  upload: ReactNode
}

/** To be given the place as its key: what is known of one says nothing of another. */
export function FolderContents(props: FolderContentsProps) {
  const { place, name, told, selection, onShare, onRequest, onMove, drag, upload } = props
  const { trails, isPending, error } = useTrails(place, told)
  const { selected, toggle, clear } = selection
  const { isGathering, toggleAll } = useSelectAll(place, trails.count, selection)

  if (isPending) return <ListSkeleton />
  if (error) return <Notice tone="danger">{problemWords(error)}</Notice>
  if (trails.count === 0) return <Nothing place={place} upload={upload} />

  return (
    <>
      {selected.size > 0 && (
        <SelectionBar
          picked={pick(selected.values())}
          onShare={onShare}
          onMove={onMove}
          onClear={clear}
        />
      )}
      <LibraryTable
        place={place}
        trails={trails}
        caption={captionOf(place, name)}
        selected={selected}
        onToggle={toggle}
        isGathering={isGathering}
        onToggleAll={toggleAll}
        onShare={onShare}
        onRequest={onRequest}
        onMove={onMove}
        drag={drag}
      />
    </>
  )
}

/** In place of a list that is on its way. */
export function ListSkeleton() {
  return <RowsSkeleton label="Loading your files" />
}

function captionOf({ search }: Place, name: string): string {
  return search === '' ? `What lies in ${name}` : `What is called “${search}”`
}

function Nothing({ place, upload }: Pick<FolderContentsProps, 'place' | 'upload'>) {
  const { data: server } = useServerInfo()
  if (place.search !== '') {
    return (
      <EmptyList Icon={SearchX} title="Nothing found">
        None of your files and folders has “{place.search}” in its name.
      </EmptyList>
    )
  }
  if (place.folderId !== null) {
    return (
      <EmptyList Icon={FolderOpen} title="This folder is empty" action={upload}>
        Drop files or whole folders here, or move some of yours into it.
      </EmptyList>
    )
  }
  return (
    <EmptyList Icon={FolderOpen} title="No files yet" action={upload}>
      What you upload stays here
      {server && ` for ${formatCount(server.file_expiry_days, 'day')}`}, ready to be sent by a link.
    </EmptyList>
  )
}
