/** Files as rows of a list in which a folder is one. Used where files are chosen. */

/** What a row needs to know of a file. */
interface Listed {
  readonly name: string
  readonly path?: string
  readonly size: number
}

/** A file outside of any folder, or all that is in one. */
export interface FileRow<T extends Listed> {
  readonly name: string
  readonly folder: boolean
  readonly files: readonly T[]
  /** Bytes. */
  readonly size: number
}

/** One row for each file and for each outermost folder, in the order in which they first come. */
export function fileRows<T extends Listed>(files: readonly T[]): FileRow<T>[] {
  const rows = new Map<unknown, FileRow<T> & { files: T[]; size: number }>()
  for (const file of files) {
    const [outermost = ''] = (file.path ?? '').split('/')
    const key = outermost === '' ? file : outermost
    const row = rows.get(key)
    if (row) {
      row.files.push(file)
      row.size += file.size
    } else {
      const folder = outermost !== ''
      rows.set(key, {
        name: folder ? outermost : file.name,
        folder,
        files: [file],
        size: file.size,
      })
    }
  }
  return [...rows.values()]
}
