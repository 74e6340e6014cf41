/** A link in a file's panel: its rules, who has used it, and what can be done to it. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Pencil, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { api, unwrap } from '@/api/client'
import type { OwnedShare } from '@/api/types'
import { CopyButton } from '@/components/copy-button'
import { Button } from '@/components/ui/button'
import { useToast } from '@/components/ui/toast-context'
import { formatCount } from '@/lib/format'
import { problemWords } from '@/lib/problem-words'
import { EditLinkDialog } from './edit-link-dialog'
import { refreshLibrary } from './library-queries'
import { LinkAddresses } from './link-addresses'
import { addressUse, recipientWords, shareRules } from './share-rules'

/** The row. */
export function LinkRow({ share }: { share: OwnedShare }) {
  const [editing, setEditing] = useState(false)
  const end = useEnding(share)
  const { url } = share
  const forAnybody = typeof url === 'string'
  const [only] = share.addresses
  const about = [
    share.folders.length > 0 && share.folders.map(({ name }) => name).join(', '),
    share.files.length > 1 && formatCount(share.files.length, 'file'),
    shareRules(share),
  ]
  return (
    <li className="py-3">
      <p className="truncate text-sm">
        {forAnybody ? url.replace(/^https?:\/\//, '') : `For ${recipientWords(share)}`}
      </p>
      <p className="text-xs text-muted">{about.filter(Boolean).join(' · ')}</p>
      {forAnybody && only && <p className="text-xs text-muted">{addressUse(only)}</p>}
      {!forAnybody && <LinkAddresses addresses={share.addresses} />}
      <div className="mt-2 flex flex-wrap gap-2">
        {forAnybody && <CopyButton text={url} variant="secondary" size="sm" />}
        <Button
          variant={forAnybody ? 'quiet' : 'secondary'}
          size="sm"
          onClick={() => setEditing(true)}
        >
          <Pencil aria-hidden />
          Edit
        </Button>
        <Button variant="quiet" size="sm" disabled={end.isPending} onClick={() => end.mutate()}>
          <Trash2 aria-hidden />
          End link
        </Button>
      </div>
      <EditLinkDialog share={share} open={editing} onClose={() => setEditing(false)} />
    </li>
  )
}

function useEnding({ slug }: OwnedShare) {
  const queries = useQueryClient()
  const toast = useToast()
  return useMutation({
    mutationFn: () => unwrap(api.DELETE('/api/shares/{slug}', { params: { path: { slug } } })),
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
}
