/** What the library's list is made of, and what is chosen of it. */
import type { FileSummary, Folder } from '@/api/types'
import { formatCount } from '@/lib/format'

/** A row of the list. */
export type Entry =
  | { readonly kind: 'folder'; readonly folder: Folder }
  | { readonly kind: 'file'; readonly file: FileSummary }

/** Some files and folders. */
export interface Picked {
  readonly files: readonly FileSummary[]
  readonly folders: readonly Folder[]
}

/** None of them. */
export const NOTHING: Picked = { files: [], folders: [] }

/** As many files and folders as one request may be about. */
export const MOST_PICKED = 1000

/** As many files, and as many folders, as one link may be made for; and folders in one ZIP. */
export const MOST_LINKED = 100

/** The id of what a row stands for. */
export function entryId(entry: Entry): string {
  return entry.kind === 'folder' ? entry.folder.id : entry.file.id
}

/** Entries by their kinds. */
export function pick(entries: Iterable<Entry>): Picked {
  const files: FileSummary[] = []
  const folders: Folder[] = []
  for (const entry of entries) {
    if (entry.kind === 'folder') folders.push(entry.folder)
    else files.push(entry.file)
  }
  return { files, folders }
}

/** As the API takes them. */
export function idsOf({ files, folders }: Picked) {
  return { file_ids: files.map(({ id }) => id), folder_ids: folders.map(({ id }) => id) }
}

/** In words: a single one by its name, several by their number. */
export function pickedWords({ files, folders }: Picked): string {
  const [first] = [...folders, ...files]
  if (first && files.length + folders.length === 1) return first.name
  if (folders.length === 0) return formatCount(files.length, 'file')
  if (files.length === 0) return formatCount(folders.length, 'folder')
  return `${formatCount(folders.length, 'folder')} and ${formatCount(files.length, 'file')}`
}

/** The same, apart by the folder that each lies in. */
export function byFolder({ files, folders }: Picked): Map<string | null, Picked> {
  const parts = new Map<string | null, Picked>()
  const part = (id: string | null | undefined) =>
    parts.get(id ?? null) ?? { files: [], folders: [] }
  for (const file of files) {
    const { files, folders } = part(file.folder_id)
    parts.set(file.folder_id ?? null, { files: [...files, file], folders })
  }
  for (const folder of folders) {
    const { files, folders } = part(folder.parent_id)
    parts.set(folder.parent_id ?? null, { files, folders: [...folders, folder] })
  }
  return parts
}
