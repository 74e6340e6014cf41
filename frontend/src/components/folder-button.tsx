/** A button to choose a whole folder. Beside the drop zone, whose input takes files only. */
import { FolderPlus } from 'lucide-react'
import { type Chosen, chosenFiles } from '@/lib/dropped-files'

/** Not in React's types, and spelt as the browsers have it. */
const FOLDERS = { webkitdirectory: '' }

/** Nothing where the browser cannot. */
export function FolderButton({ onFiles }: { onFiles: (chosen: Chosen) => void }) {
  if (!('webkitdirectory' in HTMLInputElement.prototype)) return null
  return (
    <label className="relative inline-flex h-9 cursor-pointer items-center gap-2 rounded-md px-3 text-sm font-medium text-muted transition hover:bg-sunken hover:text-ink has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent">
      <FolderPlus aria-hidden className="size-4" />
      Choose a folder
      <input
        {...FOLDERS}
        type="file"
        aria-label="Choose a folder"
        className="absolute inset-0 cursor-pointer opacity-0 file:cursor-pointer"
        onChange={(event) => {
          const chosen = chosenFiles(event.target.files)
          event.target.value = ''
          if (chosen.files.length > 0) onFiles(chosen)
        }}
      />
    </label>
  )
}
