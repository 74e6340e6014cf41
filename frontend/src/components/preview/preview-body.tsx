/** What the viewer shows of a file, by its kind; where it shows nothing, why. */
import { useQuery } from '@tanstack/react-query'
import { lazy, type ReactNode, Suspense } from 'react'
import { ProblemError } from '@/api/problem'
import { problemWords } from '@/lib/problem-words'
import { unfetchable } from '@/lib/scan-words'
import { ImageView } from './image-view'
import { MediaView } from './media-view'
import { NoPreview } from './no-preview'
import { ownAddress, type PreviewFile, type PreviewSource } from './preview-file'
import { PreviewSkeleton } from './preview-skeleton'
import { TextView } from './text-view'

const PdfView = lazy(async () => ({ default: (await import('./pdf-view')).PdfView }))
const MarkdownView = lazy(async () => ({ default: (await import('./markdown-view')).MarkdownView }))

/** How long an address is used before a new one is asked for, in milliseconds: it lasts five minutes. */
const FRESH_FOR = 4 * 60_000

/** What every view is given. */
export interface ViewProps {
  file: PreviewFile
  /** Where the content is fetched from. */
  url: string
  /** Asks for a new address, where that one has ended. */
  onRenew: () => void
  /** What is shown where the content turns out not to be what its name says. */
  refusal: (words: string) => ReactNode
}

interface PreviewBodyProps {
  source: PreviewSource
  file: PreviewFile
  onDownload: () => void
}

/** Fills what the frame leaves. */
export function PreviewBody({ source, file, onDownload }: PreviewBodyProps) {
  const unscanned = unfetchable(file.scan)
  const shown = typeof file.preview === 'string' && unscanned === undefined
  const query = useQuery({
    queryKey: ['preview', ...source.queryKey, file.id],
    queryFn: () => source.request(file),
    enabled: shown,
    staleTime: FRESH_FOR,
    gcTime: FRESH_FOR,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  })
  const renew = () => void query.refetch()
  if (!shown) {
    return (
      <NoPreview words={unscanned ?? KINDLESS} onDownload={unscanned ? undefined : onDownload} />
    )
  }
  if (query.error) {
    const again = isPassing(query.error) ? renew : undefined
    return <NoPreview words={problemWords(query.error)} onRetry={again} onDownload={onDownload} />
  }
  if (!query.data) return <PreviewSkeleton />
  const view: ViewProps = {
    file,
    url: ownAddress(query.data.preview_url),
    onRenew: renew,
    refusal: (words) => <NoPreview words={words} onDownload={onDownload} />,
  }
  switch (query.data.kind) {
    case 'image':
      return <ImageView {...view} />
    case 'audio':
    case 'video':
      return <MediaView kind={query.data.kind} {...view} />
    case 'text':
      return <TextView {...view} />
    case 'markdown':
      return (
        <Suspense fallback={<PreviewSkeleton />}>
          <MarkdownView {...view} />
        </Suspense>
      )
    case 'pdf':
      return (
        <Suspense fallback={<PreviewSkeleton />}>
          <PdfView {...view} />
        </Suspense>
      )
  }
}

const KINDLESS = 'There is no preview of this kind of file.'

/** Whether the same question may be answered otherwise in a moment. */
function isPassing(error: Error): boolean {
  return (
    error instanceof ProblemError && (error.status === 0 || [409, 429, 503].includes(error.status))
  )
}
