/** A button to choose files that go into the folder one looks at. */
import { Upload } from 'lucide-react'
import { cn } from '@/lib/class-names'
import { type Chosen, chosenFiles } from '@/lib/dropped-files'

interface UploadButtonProps {
  onFiles: (chosen: Chosen) => void
  children: string
  className?: string
}

/** The one thing to do on the page. */
export function UploadButton({ onFiles, children, className }: UploadButtonProps) {
  return (
    <label
      className={cn(
        'relative inline-flex h-11 cursor-pointer items-center justify-center gap-2 rounded-md bg-accent px-4 text-sm font-medium whitespace-nowrap text-on-accent transition hover:bg-accent-strong has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent',
        className,
      )}
    >
      <Upload aria-hidden className="size-4" />
      {children}
      <input
        type="file"
        multiple
        aria-label={children}
        className="absolute inset-0 cursor-pointer opacity-0 file:cursor-pointer"
        onChange={(event) => {
          const chosen = chosenFiles(event.target.files)
          // Choosing the same files again is to count again.
          event.target.value = ''
          if (chosen.files.length > 0) onFiles(chosen)
        }}
      />
    </label>
  )
}
