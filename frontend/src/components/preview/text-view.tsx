/** A text as it stands, whatever it is: nothing of it is read as anything else. */
import type { ReactNode } from 'react'
import { problemWords } from '@/lib/problem-words'
import type { Excerpt } from './excerpt'
import type { ViewProps } from './preview-body'
import { PreviewSkeleton } from './preview-skeleton'
import { ScrollArea } from '@/components/scroll-area'
import { useExcerpt } from './use-excerpt'

/** The view. */
export function TextView(props: ViewProps) {
  return <ExcerptView {...props}>{({ text }) => <PlainText text={text} />}</ExcerptView>
}

interface ExcerptViewProps extends ViewProps {
  children: (excerpt: Excerpt) => ReactNode
}

/** The beginning of a text once it is there, and whether that is all of it. */
export function ExcerptView({ file, url, refusal, children }: ExcerptViewProps) {
  const query = useExcerpt(file, url)
  if (query.error) return refusal(problemWords(query.error))
  if (query.data === undefined) return <PreviewSkeleton />
  if (query.data === null)
    return refusal('There is more than text in this file, so it is not shown.')
  return (
    <ScrollArea label={file.name} className="p-4 sm:px-6">
      {children(query.data)}
      {query.data.cut && (
        <p className="mt-4 border-t border-line pt-4 text-sm text-muted">
          Only the first MB is shown. Download the file to read the rest.
        </p>
      )}
    </ScrollArea>
  )
}

/** Monospaced, and wrapped. */
export function PlainText({ text }: { text: string }) {
  return (
    <pre dir="auto" className="font-mono text-xs whitespace-pre-wrap sm:text-sm">
      {text}
    </pre>
  )
}
