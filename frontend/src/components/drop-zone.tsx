/** The place files go into: home's centre, and the upload page's. Dropping works on the whole page. */
import { type ReactNode, useId } from 'react'
import { cn } from '@/lib/class-names'
import { type Chosen, chosenFiles } from '@/lib/dropped-files'
import { useFileDrop } from './use-file-drop'

interface DropZoneProps {
  /** Names the file input: "Choose files to upload". */
  label: string
  /** Called with files that were chosen or dropped. */
  onFiles: (chosen: Chosen) => void
  /** What the zone says. */
  children: ReactNode
  /** Without its picture, where there is one already. */
  plain?: boolean
  className?: string
}

/** Two ends, the line between them, and a file that sets out when one is held over the page. */
export function DropZone({ label, onFiles, children, plain, className }: DropZoneProps) {
  const id = useId()
  const over = useFileDrop(onFiles)
  return (
    <label
      htmlFor={id}
      className={cn(
        'group relative flex cursor-pointer flex-col items-center justify-center rounded-md border bg-surface px-4 text-center transition hover:border-accent has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent',
        over ? 'border-accent bg-accent-soft' : 'border-line-strong',
        className,
      )}
    >
      {!plain && <Line over={over} />}
      {children}
      <input
        id={id}
        type="file"
        multiple
        aria-label={label}
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

function Line({ over }: { over: boolean }) {
  return (
    <svg viewBox="0 0 320 72" fill="none" aria-hidden className="w-full max-w-80 text-line-strong">
      <path
        d="M34 36h252"
        stroke="currentColor"
        strokeWidth="3"
        strokeDasharray="1 9"
        strokeLinecap="round"
      />
      <circle
        cx="20"
        cy="36"
        r="10"
        className="fill-surface"
        stroke="currentColor"
        strokeWidth="3"
      />
      <circle cx="300" cy="36" r="11.5" className="fill-accent" />
      <g
        className={cn(
          'transition-transform duration-250 group-hover:translate-x-2 rtl:group-hover:-translate-x-2',
          over && 'translate-x-16 group-hover:translate-x-16',
        )}
      >
        <path
          d="M140 14h26l14 14v26a4 4 0 0 1-4 4h-36a4 4 0 0 1-4-4V18a4 4 0 0 1 4-4Z"
          className="fill-surface stroke-ink"
          strokeWidth="3"
          strokeLinejoin="round"
        />
        <path d="M165 15v14h14" className="stroke-ink" strokeWidth="3" strokeLinejoin="round" />
        <path
          d="M146 40h20m-20 9h12"
          className="stroke-accent"
          strokeWidth="3"
          strokeLinecap="round"
        />
      </g>
    </svg>
  )
}
