/** Giving an API token a successor, since somebody else may have seen it. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { api, unwrap } from '@/api/client'
import type { ApiToken } from '@/api/types'
import { ConfirmButtons } from '@/components/ui/confirm-buttons'
import { problemWords } from '@/lib/problem-words'
import { TokenDialog } from './token-dialog'
import { tokensQuery } from './token-queries'

/** Asks first, then shows the successor. */
export function ReplaceTokenDialog({ token, onClose }: { token: ApiToken; onClose: () => void }) {
  const queries = useQueryClient()
  const replace = useMutation({
    mutationFn: () =>
      unwrap(api.POST('/api/me/tokens/{id}/rotate', { params: { path: { id: token.id } } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: tokensQuery.queryKey }),
  })
  return (
    <TokenDialog
      title={`Replace ${token.name}?`}
      description={`What uses the token that ends in ${token.ends_with} stops working until you give it the new one, which may do the same.`}
      issued={replace.data}
      onClose={onClose}
    >
      <ConfirmButtons
        action="Replace it"
        pending={replace.isPending}
        problem={replace.error && problemWords(replace.error)}
        onConfirm={() => replace.mutate()}
        onLeave={onClose}
      />
    </TokenDialog>
  )
}
