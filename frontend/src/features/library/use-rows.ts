/** The rows of a place: its folders, then its files, fetched by pages as they come into sight. Used by the library's list. */
import { type QueryClient, useQueries, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { FileSummary, Folder } from '@/api/types'
import type { Entry } from './entry'
import { filesPage, foldersPage } from './library-queries'
import type { Place } from './place'
import { type Found, learn, PAGE, pagesFor, rowCount, START, type Trail } from './trail'

/** How many of each there are, where somebody has counted. */
export type Told = Record<'folders' | 'files', number> | undefined

/** Both ways through a place, and how to go on with them. */
interface Trails {
  readonly folders: Trail
  readonly files: Trail
  readonly setFolders: (trail: Trail) => void
  readonly setFiles: (trail: Trail) => void
  readonly folderCount: number
  readonly count: number
}

/** What is known of a place once its first rows have come; to be used by a component that has the place as its key. */
export function useTrails(place: Place, told: Told) {
  const [folders, setFolders] = useState(START)
  const [files, setFiles] = useState(START)
  // Both at once, so that neither waits for the other.
  const first = [useQuery(foldersPage(place, '')), useQuery(filesPage(place, ''))] as const
  follow(folders, setFolders, [0], [first[0]])
  follow(files, setFiles, [0], [first[1]])
  const folderCount = rowCount(folders, told?.folders)
  const count = folderCount + rowCount(files, told?.files)
  const trails: Trails = { folders, setFolders, files, setFiles, folderCount, count }
  return {
    trails,
    isPending: first.some((query) => query.isPending),
    error: first.find((query) => query.isError && !query.data)?.error ?? null,
  }
}

/** What has come of the rows from one to another, which are in sight; the others of them are asked for. */
export function useRows(place: Place, trails: Trails, from: number, to: number) {
  const { folders, files, folderCount } = trails
  const folderPages = pagesFor(folders, from, Math.min(to, folderCount - 1))
  const filePages = pagesFor(files, Math.max(0, from - folderCount), to - folderCount)
  const foundFolders = useQueries({
    queries: folderPages.map((page) => foldersPage(place, folders.cursors[page] ?? '')),
  })
  const foundFiles = useQueries({
    queries: filePages.map((page) => filesPage(place, files.cursors[page] ?? '')),
  })
  follow(folders, trails.setFolders, folderPages, foundFolders)
  follow(files, trails.setFiles, filePages, foundFiles)

  return (index: number): Entry | undefined => {
    if (index < folderCount) {
      const folder = rowAt<Folder>(folderPages, foundFolders, index)
      return folder && { kind: 'folder', folder }
    }
    const file = rowAt<FileSummary>(filePages, foundFiles, index - folderCount)
    return file && { kind: 'file', file }
  }
}

/** A place's first rows, so many at most. */
export async function firstEntries(
  queries: QueryClient,
  place: Place,
  most: number,
): Promise<Entry[]> {
  const folders = await firstRows((cursor) => queries.query(foldersPage(place, cursor)), most)
  const files = await firstRows(
    (cursor) => queries.query(filesPage(place, cursor)),
    most - folders.length,
  )
  return [
    ...folders.map((folder) => ({ kind: 'folder', folder }) as const),
    ...files.map((file) => ({ kind: 'file', file }) as const),
  ]
}

async function firstRows<Row>(
  page: (cursor: string) => Promise<{ items: Row[]; next_cursor?: string | null }>,
  most: number,
): Promise<Row[]> {
  const rows: Row[] = []
  let cursor: string | null | undefined = ''
  while (typeof cursor === 'string' && rows.length < most) {
    const { items, next_cursor }: Awaited<ReturnType<typeof page>> = await page(cursor)
    rows.push(...items)
    cursor = next_cursor
  }
  return rows.slice(0, most)
}

/** Takes note of what pages say about the way. */
function follow(
  trail: Trail,
  set: (trail: Trail) => void,
  pages: readonly number[],
  found: readonly { data: Found | undefined }[],
): void {
  let next = trail
  pages.forEach((page, n) => {
    const data = found[n]?.data
    if (data) next = learn(next, page, data)
  })
  if (next !== trail) set(next)
}

function rowAt<Row>(
  pages: readonly number[],
  found: readonly { data: { items: Row[] } | undefined }[],
  index: number,
): Row | undefined {
  const page = pages.indexOf(Math.floor(index / PAGE))
  return found[page]?.data?.items[index % PAGE]
}
