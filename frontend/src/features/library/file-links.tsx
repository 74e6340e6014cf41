/** The links to one file, in its panel, and the way to one more. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Button } from '@/components/ui/button'
import { Notice } from '@/components/ui/notice'
import { Skeleton } from '@/components/ui/skeleton'
import { problemWords } from '@/lib/problem-words'
import { sharesQuery } from './library-queries'
import { LinkRow } from './link-row'
import { ShareDialog } from './share-dialog'
import type { FileRef } from './use-file-actions'

/** The links, and a button for one more. */
export function FileLinks({ file, sharable }: { file: FileRef; sharable: boolean }) {
  const [sharing, setSharing] = useState<readonly FileRef[]>([])
  const query = useQuery(sharesQuery(file.id))
  return (
    <section aria-labelledby="file-links">
      <div className="flex items-center justify-between gap-4">
        <h3 id="file-links" className="text-base font-semibold">
          Links
        </h3>
        <Button
          variant="secondary"
          size="sm"
          disabled={!sharable}
          onClick={() => setSharing([file])}
        >
          Create link
        </Button>
      </div>
      {query.isPending && <Skeleton className="mt-2 h-14" />}
      {query.error && !query.data && <Notice tone="danger">{problemWords(query.error)}</Notice>}
      {query.data?.items.length === 0 && (
        <p className="mt-2 text-sm text-muted">Nobody has a link to this file.</p>
      )}
      <ul className="mt-2 divide-y divide-line">
        {query.data?.items.map((share) => (
          <LinkRow key={share.slug} share={share} />
        ))}
      </ul>
      <ShareDialog files={sharing} onClose={() => setSharing([])} />
    </section>
  )
}
