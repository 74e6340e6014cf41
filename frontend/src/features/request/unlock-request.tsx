/** Asks for the password of a file request. */
import { useMutation } from '@tanstack/react-query'
import { strangerApi, unwrap } from '@/api/client'
import type { UnlockedFileRequest } from '@/api/types'
import { UnlockForm } from '@/components/unlock-form'
import { requestWords } from './request-words'

interface UnlockRequestProps {
  slug: string
  /** Who asks. */
  owner: string
  onUnlocked: (request: UnlockedFileRequest) => void
}

/** The form. */
export function UnlockRequest({ slug, owner, onUnlocked }: UnlockRequestProps) {
  const unlock = useMutation({
    mutationFn: (password: string) =>
      unwrap(
        strangerApi.POST('/api/requests/{slug}/unlock', {
          params: { path: { slug } },
          body: { password },
        }),
      ),
    onSuccess: (request) => onUnlocked(request),
  })
  return (
    <UnlockForm
      hint={`${owner} can tell you the password of this request.`}
      error={unlock.error ? requestWords(unlock.error, owner) : undefined}
      isPending={unlock.isPending}
      onUnlock={unlock.mutate}
    />
  )
}
