/**
 * Packs received folders for the downloads, which take single files only. Stored, not compressed, and ZIP64 where sizes
 * ask for it (`client-zip`, which does not count past 65,535 files: an offer has 10,000), by way of the disk, so that
 * memory stays flat. Used by `Inbox`.
 */
import { makeZip } from 'client-zip'
import { nameToSave } from './file-names'
import { ROOT, transferName } from './opfs-sweep'

/** A received file, and the folders it is in. */
export interface Packed {
  readonly file: File
  /** With `/` between them. */
  readonly path: string
}

/** One archive for each outermost folder. */
export async function packFolders(files: readonly Packed[]): Promise<File[]> {
  const folders = new Map<string, Packed[]>()
  for (const packed of files) {
    const outermost = pathToSave(packed.path).split('/')[0] ?? ''
    const content = folders.get(outermost) ?? []
    content.push(packed)
    folders.set(outermost, content)
  }
  const archives: File[] = []
  for (const [folder, content] of folders) {
    const stream = makeZip(
      content.map(({ file, path }) => ({
        name: `${pathToSave(path)}/${nameToSave(file.name)}`,
        input: file,
        lastModified: new Date(file.lastModified),
      })),
    )
    archives.push(await collect(stream, `${folder}.zip`))
  }
  return archives
}

function pathToSave(path: string): string {
  return path.split('/').map(nameToSave).join('/')
}

/** The whole of a stream as a file: on the disk where there is a private file system. */
async function collect(stream: ReadableStream<Uint8Array>, name: string): Promise<File> {
  const type = 'application/zip'
  if (!isSecureContext || !('getDirectory' in navigator.storage)) {
    return new File([await new Response(stream).blob()], name, { type })
  }
  const root = await navigator.storage.getDirectory()
  const transfers = await root.getDirectoryHandle(ROOT, { create: true })
  // A folder like a transfer's, so that it is swept like one.
  const folder = await transfers.getDirectoryHandle(transferName(), { create: true })
  const entry = await folder.getFileHandle('archive', { create: true })
  await stream.pipeTo(await entry.createWritable())
  return new File([await entry.getFile()], name, { type })
}
