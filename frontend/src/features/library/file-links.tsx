/** The links to one file, in its panel: copy, or end them. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Trash2 } from 'lucide-react'
import { useState } from 'react'
import { api, unwrap } from '@/api/client'
import type { OwnedShare } from '@/api/types'
import { CopyButton } from '@/components/copy-button'
import { Button } from '@/components/ui/button'
import { Notice } from '@/components/ui/notice'
import { Skeleton } from '@/components/ui/skeleton'
import { useToast } from '@/components/ui/toast-context'
import { formatCount } from '@/lib/format'
import { problemWords } from '@/lib/problem-words'
import { refreshLibrary, sharesQuery } from './library-queries'
import { ShareDialog } from './share-dialog'
import { shareRules } from './share-rules'
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

function LinkRow({ share }: { share: OwnedShare }) {
  const queries = useQueryClient()
  const toast = useToast()
  const end = useMutation({
    mutationFn: () =>
      unwrap(api.DELETE('/api/shares/{slug}', { params: { path: { slug: share.slug } } })),
    onSuccess: () => {
      toast({ title: 'The link no longer works.' })
      return refreshLibrary(queries)
    },
    onError: (error) =>
      toast({
        title: 'The link still works.',
        description: problemWords(error),
        tone: 'danger',
      }),
  })
  const about = [
    share.files.length > 1 && formatCount(share.files.length, 'file'),
    formatCount(share.downloads, 'download'),
    shareRules(share),
  ]
  return (
    <li className="py-3">
      <p className="truncate text-sm">{share.url.replace(/^https?:\/\//, '')}</p>
      <p className="text-xs text-muted">{about.filter(Boolean).join(' · ')}</p>
      <div className="mt-2 flex gap-2">
        <CopyButton text={share.url} variant="secondary" size="sm" />
        <Button variant="quiet" size="sm" disabled={end.isPending} onClick={() => end.mutate()}>
          <Trash2 aria-hidden />
          End link
        </Button>
      </div>
    </li>
  )
}
