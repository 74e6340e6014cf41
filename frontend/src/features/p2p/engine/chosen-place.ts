/**
 * Where a person wants what they receive: a folder, or one file under a name of theirs. Chosen in the browser's own
 * dialogs (WICG File System Access), which Chromium alone has; the page never learns where on the disk it is. Used
 * by `FileReceiver` and the page.
 */

/** What was chosen. It can be kept over a reload; the leave to write there cannot, and is asked for again. */
export type ChosenPlace = FileSystemDirectoryHandle | FileSystemFileHandle

/** What the interface adds to the one of private files. */
interface Permitted {
  queryPermission(options: { mode: 'readwrite' }): Promise<PermissionState>
  requestPermission(options: { mode: 'readwrite' }): Promise<PermissionState>
}

interface Pickers {
  showDirectoryPicker(options: {
    id: string
    mode: 'readwrite'
    startIn: 'downloads'
  }): Promise<FileSystemDirectoryHandle>
  showSaveFilePicker(options: {
    id: string
    startIn: 'downloads'
    suggestedName: string
  }): Promise<FileSystemFileHandle>
}

/** Under this name the browser remembers which folder was chosen last. */
const DIALOG = { id: 'received', startIn: 'downloads' } as const

/** Whether this browser lets a person choose, and this page ask. */
export function canChoose(): boolean {
  return isSecureContext && 'showDirectoryPicker' in window && 'showSaveFilePicker' in window
}

/** Has a person choose a folder; undefined when they think better of it. */
export function chooseFolder(): Promise<ChosenPlace | undefined> {
  return chosen(pickers().showDirectoryPicker({ ...DIALOG, mode: 'readwrite' }))
}

/** Has a person choose where one file is to be, and what it is to be called. */
export function chooseFile(suggestedName: string): Promise<ChosenPlace | undefined> {
  return chosen(pickers().showSaveFilePicker({ ...DIALOG, suggestedName }))
}

/** Whether this page may write there. */
export async function mayWrite(place: ChosenPlace): Promise<boolean> {
  return (await permitted(place).queryPermission({ mode: 'readwrite' })) === 'granted'
}

/** Has the browser ask its person; only in answer to a press. */
export async function askToWrite(place: ChosenPlace): Promise<boolean> {
  return (await permitted(place).requestPermission({ mode: 'readwrite' })) === 'granted'
}

async function chosen(dialog: Promise<ChosenPlace>): Promise<ChosenPlace | undefined> {
  try {
    return await dialog
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return undefined
    throw error
  }
}

function pickers(): Pickers {
  return window as unknown as Pickers
}

function permitted(place: ChosenPlace): Permitted {
  return place as unknown as Permitted
}
