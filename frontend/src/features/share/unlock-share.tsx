/** Asks for a link's password. */
import { useMutation } from '@tanstack/react-query'
import { api, unwrap } from '@/api/client'
import type { SharePublic } from '@/api/types'
import { UnlockForm } from '@/components/unlock-form'
import { problemWords } from '@/lib/problem-words'

interface UnlockShareProps {
  slug: string
  /** Called with what is behind the password, and the password. */
  onUnlocked: (share: SharePublic, password: string) => void
}

/** The form. */
export function UnlockShare({ slug, onUnlocked }: UnlockShareProps) {
  const unlock = useMutation({
    mutationFn: (password: string) =>
      unwrap(
        api.POST('/api/shares/{slug}/unlock', { params: { path: { slug } }, body: { password } }),
      ),
    onSuccess: (share, password) => onUnlocked(share, password),
  })
  return (
    <UnlockForm
      hint="Whoever sent this can tell you its password."
      error={unlock.error ? problemWords(unlock.error) : undefined}
      isPending={unlock.isPending}
      onUnlock={unlock.mutate}
    />
  )
}
