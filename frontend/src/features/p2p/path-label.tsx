/** The way in use, as a quiet label on the line; pressed, it tells more. Part of the transfer line. */
import type { Path } from './engine/connection'
import { PATHS } from './doctor-words'

interface PathLabelProps {
  path: Path
  /** Opens the doctor. */
  onAsk: () => void
}

/** The name of the way. */
export function PathLabel({ path, onAsk }: PathLabelProps) {
  return (
    <span
      role="note"
      aria-label="Connection path"
      className="absolute inset-x-0 top-6 flex justify-center text-xs text-muted"
    >
      <button
        type="button"
        aria-haspopup="dialog"
        title="How you are connected"
        onClick={onAsk}
        className="rounded-md px-3 py-2 decoration-dotted underline-offset-4 hover:text-ink hover:underline"
      >
        {PATHS[path]}
      </button>
    </span>
  )
}
