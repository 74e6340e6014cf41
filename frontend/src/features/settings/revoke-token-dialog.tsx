/** Ending an API token. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { api, unwrap } from '@/api/client'
import type { ApiToken } from '@/api/types'
import { ConfirmButtons } from '@/components/ui/confirm-buttons'
import { Dialog } from '@/components/ui/dialog'
import { useToast } from '@/components/ui/toast-context'
import { problemWords } from '@/lib/problem-words'
import { tokensQuery } from './token-queries'

/** Asks first. */
export function RevokeTokenDialog({ token, onClose }: { token: ApiToken; onClose: () => void }) {
  const queries = useQueryClient()
  const toast = useToast()
  const revoke = useMutation({
    mutationFn: () =>
      unwrap(api.DELETE('/api/me/tokens/{id}', { params: { path: { id: token.id } } })),
    onSuccess: () => {
      toast({ title: `${token.name} is revoked.` })
      onClose()
      return queries.invalidateQueries({ queryKey: tokensQuery.queryKey })
    },
  })
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Revoke ${token.name}?`}
      description={`What uses the token that ends in ${token.ends_with} stops working, for good.`}
    >
      <ConfirmButtons
        action="Revoke it"
        pending={revoke.isPending}
        problem={revoke.error && problemWords(revoke.error)}
        onConfirm={() => revoke.mutate()}
        onLeave={onClose}
      />
    </Dialog>
  )
}
