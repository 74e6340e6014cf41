/** What is said of viruses in a file, and whether it can be fetched. Used by every list of files. */
import type { ScanState } from '@/api/types'

/** In a line, about the file. */
export const SCAN_WORDS = {
  pending: 'Being checked for viruses',
  clean: 'Scanned for viruses, nothing found',
  infected: 'In quarantine: something harmful was found',
  unscanned: 'Not scanned for viruses',
} as const satisfies Record<ScanState, string>

/** Why a file cannot be fetched now; nothing where it can. */
export function unfetchable(scan: ScanState): string | undefined {
  return scan === 'pending' || scan === 'infected' ? SCAN_WORDS[scan] : undefined
}

/** Why several files cannot be fetched together; nothing where they can. */
export function unfetchableTogether(
  files: readonly { readonly scan: ScanState }[],
): string | undefined {
  const has = (state: ScanState) => files.some(({ scan }) => scan === state)
  if (has('infected')) return 'One of these files is in quarantine.'
  return has('pending') ? 'One of these files is still being checked for viruses.' : undefined
}
