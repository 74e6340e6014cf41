/** Asks for the password of a file request. */
import { useMutation } from '@tanstack/react-query'
import { Lock } from 'lucide-react'
import { useState } from 'react'
import { strangerApi, unwrap } from '@/api/client'
import type { UnlockedFileRequest } from '@/api/types'
import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { requestWords } from './request-words'

interface UnlockRequestProps {
  slug: string
  /** Who asks. */
  owner: string
  onUnlocked: (request: UnlockedFileRequest) => void
}

/** The form. */
export function UnlockRequest({ slug, owner, onUnlocked }: UnlockRequestProps) {
  const [password, setPassword] = useState('')
  const unlock = useMutation({
    mutationFn: () =>
      unwrap(
        strangerApi.POST('/api/requests/{slug}/unlock', {
          params: { path: { slug } },
          body: { password },
        }),
      ),
    onSuccess: onUnlocked,
  })
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        unlock.mutate()
      }}
    >
      <p className="flex items-center gap-2 text-sm text-muted">
        <Lock aria-hidden className="size-4 shrink-0" />
        {owner} can tell you the password of this request.
      </p>
      <Field
        label="Password"
        type="password"
        autoComplete="off"
        value={password}
        onChange={(event) => setPassword(event.target.value)}
        error={unlock.error ? requestWords(unlock.error, owner) : undefined}
      />
      <Button
        type="submit"
        disabled={unlock.isPending || password === ''}
        className="sm:self-start"
      >
        Unlock
      </Button>
    </form>
  )
}
