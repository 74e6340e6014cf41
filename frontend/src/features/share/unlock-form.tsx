/** Asks for a link's password. */
import { useMutation } from '@tanstack/react-query'
import { Lock } from 'lucide-react'
import { useState } from 'react'
import { api, unwrap } from '@/api/client'
import type { SharePublic } from '@/api/types'
import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { problemWords } from '@/lib/problem-words'

interface UnlockFormProps {
  slug: string
  /** Called with what is behind the password, and the password. */
  onUnlocked: (share: SharePublic, password: string) => void
}

/** The form. */
export function UnlockForm({ slug, onUnlocked }: UnlockFormProps) {
  const [password, setPassword] = useState('')
  const unlock = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST('/api/shares/{slug}/unlock', { params: { path: { slug } }, body: { password } }),
      ),
    onSuccess: (share) => onUnlocked(share, password),
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
        <Lock aria-hidden className="size-4" />
        Whoever sent this can tell you its password.
      </p>
      <Field
        label="Password"
        type="password"
        autoComplete="off"
        value={password}
        onChange={(event) => setPassword(event.target.value)}
        error={unlock.error ? problemWords(unlock.error) : undefined}
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
