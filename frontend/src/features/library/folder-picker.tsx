/** A folder and the folders in it, to be gone through. In the dialog that moves things. */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { ChevronRight, CornerLeftUp, Folder } from 'lucide-react'
import { type ReactNode, useRef } from 'react'
import { MoreRows } from '@/components/more-rows'
import { Notice } from '@/components/ui/notice'
import { Skeleton } from '@/components/ui/skeleton'
import { problemWords } from '@/lib/problem-words'
import { folderQuery, innerFoldersQuery } from './library-queries'

interface FolderPickerProps {
  /** The folder one is in; `null`: what lies in none. */
  folderId: string | null
  onOpen: (folderId: string | null) => void
  /** Folders that cannot be gone into. */
  without: readonly string[]
  /** What can be done here; told what it is called, once that is known. */
  footer: (name: string | undefined) => ReactNode
}

const ROW =
  'flex min-h-11 w-full items-center gap-3 rounded-md px-3 py-2 text-start text-sm hover:bg-sunken disabled:pointer-events-none disabled:opacity-50 [&_svg]:size-5 [&_svg]:shrink-0'

/** The way up first, then the folders in it by name. */
export function FolderPicker({ folderId, onOpen, without, footer }: FolderPickerProps) {
  const list = useRef<HTMLDivElement>(null)
  const here = useQuery({ ...folderQuery(folderId ?? ''), enabled: folderId !== null })
  const inner = useInfiniteQuery(innerFoldersQuery(folderId))
  const name = folderId === null ? 'Files' : here.data?.name
  const above = here.data?.path.at(-2)
  const open = (id: string | null) => {
    onOpen(id)
    // What had the focus is gone with the list.
    list.current?.focus()
  }
  const folders = inner.data?.pages.flatMap(({ items }) => items)
  return (
    <>
      <h3 className="text-sm font-medium" aria-live="polite">
        {name ?? <Skeleton className="h-5 w-32" />}
      </h3>
      <div
        ref={list}
        role="group"
        aria-label={`Folders in ${name ?? 'it'}`}
        tabIndex={-1}
        className="mt-2 h-64 overflow-y-auto rounded-md border border-line p-1 outline-none"
      >
        {folderId !== null && (
          <button type="button" className={ROW} onClick={() => open(above?.id ?? null)}>
            <CornerLeftUp aria-hidden className="text-muted rtl:-scale-x-100" />
            Up to {above?.name ?? 'Files'}
          </button>
        )}
        {folders?.map((folder) => (
          <button
            key={folder.id}
            type="button"
            className={ROW}
            disabled={without.includes(folder.id)}
            onClick={() => open(folder.id)}
          >
            <Folder aria-hidden className="fill-accent-soft text-accent" />
            <span className="min-w-0 flex-1 truncate">{folder.name}</span>
            <ChevronRight aria-hidden className="text-muted rtl:-scale-x-100" />
          </button>
        ))}
        {inner.isPending && <Skeleton className="m-2 h-8" />}
        {folders?.length === 0 && (
          <p className="px-3 py-2 text-sm text-muted">No folders in here.</p>
        )}
        {inner.error && !inner.data && <Notice tone="danger">{problemWords(inner.error)}</Notice>}
        <MoreRows query={inner} />
      </div>
      {footer(name)}
    </>
  )
}
