/** A button to choose a whole folder. Beside the drop zone, whose input takes files only. */
import { FolderUp } from 'lucide-react'
import { cn } from '@/lib/class-names'
import { type Chosen, chosenFiles } from '@/lib/dropped-files'

/** Not in React's types, and spelt as the browsers have it. */
const FOLDERS = { webkitdirectory: '' }

interface FolderButtonProps {
  onFiles: (chosen: Chosen) => void
  /** What it says. */
  label?: string
  /** Whether it says so only where there is room. */
  isNarrow?: boolean
  className?: string
}

/** Nothing where the browser cannot. */
export function FolderButton({
  onFiles,
  label = 'Choose a folder',
  isNarrow,
  className,
}: FolderButtonProps) {
  if (!('webkitdirectory' in HTMLInputElement.prototype)) return null
  return (
    <label
      className={cn(
        'relative inline-flex h-9 cursor-pointer items-center justify-center gap-2 rounded-md px-3 text-sm font-medium whitespace-nowrap text-muted transition hover:bg-sunken hover:text-ink has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent',
        className,
      )}
    >
      <FolderUp aria-hidden className="size-4" />
      <span className={isNarrow ? 'max-sm:sr-only' : undefined}>{label}</span>
      <input
        {...FOLDERS}
        type="file"
        aria-label={label}
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
