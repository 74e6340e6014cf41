/** A viewer over the page, for one file of a list at a time. Nothing of it is loaded before a file is looked at. */
import { lazy, Suspense } from 'react'
import type { PreviewSource } from './preview-file'

const PreviewDialog = lazy(async () => ({
  default: (await import('./preview-dialog')).PreviewDialog,
}))

export interface PreviewsProps {
  source: PreviewSource
  /** The id of the file that is looked at; closed while there is none. */
  current: string | null
  /** Called with another file of the list, or with nothing when its person is done. */
  onChange: (id: string | null) => void
}

/** The viewer. */
export function Previews({ source, current, onChange }: PreviewsProps) {
  const file = source.files.find(({ id }) => id === current)
  if (!file) return null
  return (
    <Suspense>
      <PreviewDialog source={source} file={file} onChange={onChange} />
    </Suspense>
  )
}
