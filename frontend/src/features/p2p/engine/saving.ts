/** Hands a received file to the browser's downloads. Used by `Room` and by the page's Save buttons. */
import { nameToSave } from './file-names'

/** How long the browser may take to start a download before its address is taken back, in milliseconds. */
const ADDRESS_LIVES_MS = 60_000

/** Starts an ordinary browser download of the file, under its own name made safe. */
export function saveFile(file: File): void {
  const address = URL.createObjectURL(file)
  const link = document.createElement('a')
  link.href = address
  link.download = nameToSave(file.name)
  link.click()
  // Once a download has begun the browser keeps the content itself.
  setTimeout(() => URL.revokeObjectURL(address), ADDRESS_LIVES_MS)
}
