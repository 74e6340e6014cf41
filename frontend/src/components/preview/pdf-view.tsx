/** A PDF, page under page; only pages that are near what is seen are drawn. */
import type { PDFDocumentProxy } from 'pdfjs-dist'
import { useEffect, useState } from 'react'
import { formatCount } from '@/lib/format'
import { openPdf } from './pdf-document'
import { PdfPage } from './pdf-page'
import type { ViewProps } from './preview-body'
import { PreviewSkeleton } from './preview-skeleton'
import { ScrollArea } from '@/components/scroll-area'

/** A document, and the proportion of its first page, which the others are believed to have until they are seen. */
interface Opened {
  document: PDFDocumentProxy
  ratio: number
}

/** The view. */
export function PdfView({ file, url, refusal }: ViewProps) {
  const [opened, setOpened] = useState<Opened>()
  const [failure, setFailure] = useState<string>()
  useEffect(() => {
    const loading = openPdf(url)
    let left = false
    const open = async () => {
      const document = await loading.promise
      const { width, height } = (await document.getPage(1)).getViewport({ scale: 1 })
      if (!left) setOpened({ document, ratio: width / height })
    }
    open().catch((error: unknown) => {
      if (!left) setFailure(words(error))
    })
    return () => {
      left = true
      setOpened(undefined)
      setFailure(undefined)
      void loading.destroy()
    }
  }, [url])

  if (failure !== undefined) return refusal(failure)
  if (!opened) return <PreviewSkeleton />
  const { document, ratio } = opened
  const numbers = Array.from({ length: document.numPages }, (_, index) => index + 1)
  return (
    <ScrollArea
      label={`${file.name}, ${formatCount(document.numPages, 'page')}`}
      className="flex flex-col items-center gap-4 bg-sunken p-2 sm:p-6"
    >
      {numbers.map((number) => (
        <PdfPage
          key={number}
          document={document}
          number={number}
          of={document.numPages}
          ratio={ratio}
        />
      ))}
    </ScrollArea>
  )
}

function words(error: unknown): string {
  return error instanceof Error && error.name === 'PasswordException'
    ? 'This PDF asks for a password, so it is not shown here.'
    : 'This PDF could not be shown. It may be damaged.'
}
