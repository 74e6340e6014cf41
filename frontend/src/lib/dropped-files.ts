/** Files out of a drag. Used by the pages that take files anywhere on them. */

/** What was dropped. */
export interface Dropped {
  files: File[]
  /** Folders among it: they cannot be read as files, and are left out. */
  folders: number
}

/** Whether a drag carries files, rather than a selection or a link. */
export function carriesFiles(transfer: DataTransfer | null): boolean {
  return transfer?.types.includes('Files') ?? false
}

/** Reads a drop. Must be called within the event: the transfer is empty afterwards. */
export function droppedFiles(transfer: DataTransfer): Dropped {
  const dropped: Dropped = { files: [], folders: 0 }
  for (const item of transfer.items) {
    if (item.kind !== 'file') continue
    if (item.webkitGetAsEntry()?.isDirectory) {
      dropped.folders += 1
      continue
    }
    const file = item.getAsFile()
    if (file) dropped.files.push(file)
  }
  return dropped
}
