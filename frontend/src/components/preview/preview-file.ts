/** What is shown by previews, as whoever has a list of files hands it to them. */
import type { PreviewKind, PreviewLink, ScanState } from '@/api/types'

/** A file that may have a preview. */
export interface PreviewFile {
  readonly id: string
  readonly name: string
  /** Bytes. */
  readonly size: number
  readonly scan: ScanState
  /** As what the server shows it; nothing where it does not. */
  readonly preview?: PreviewKind | null
}

/** Files to look at, and how. */
export interface PreviewSource {
  /** In the order of the list that they stand in. */
  readonly files: readonly PreviewFile[]
  /** What tells these files' addresses from others in the cache of queries. */
  readonly queryKey: readonly string[]
  /** Asks the server for an address. Throws `ProblemError`. */
  readonly request: (file: PreviewFile) => Promise<PreviewLink>
  /** Starts a download. Throws `ProblemError` where that is refused, unless it says so itself. */
  readonly download: (file: PreviewFile) => Promise<void>
}

/**
 * The address as the page fetches from it: at the page's own origin, whatever name the server believes to have, since
 * nothing else is let in by the page's policy.
 */
export function ownAddress(url: string): string {
  const { pathname, search } = new URL(url, window.location.origin)
  return pathname + search
}

/** The file that many places further on in the list; nothing where it ends. */
export function neighbour(
  files: readonly PreviewFile[],
  id: string,
  step: number,
): PreviewFile | undefined {
  const at = files.findIndex((file) => file.id === id)
  return at < 0 ? undefined : files[at + step]
}
