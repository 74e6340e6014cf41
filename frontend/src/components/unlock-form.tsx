/** Asks for a password that somebody has put before what they share or ask for. Used by share links and file requests. */
import { Lock } from 'lucide-react'
import { useState } from 'react'
import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'

interface UnlockFormProps {
  /** Who can tell it. */
  hint: string
  /** Why the one that was given does not do. */
  error: string | undefined
  isPending: boolean
  onUnlock: (password: string) => void
}

/** The form. */
export function UnlockForm({ hint, error, isPending, onUnlock }: UnlockFormProps) {
  const [password, setPassword] = useState('')
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        onUnlock(password)
      }}
    >
      <p className="flex items-center gap-2 text-sm text-muted">
        <Lock aria-hidden className="size-4 shrink-0" />
        {hint}
      </p>
      <Field
        label="Password"
        type="password"
        autoComplete="off"
        value={password}
        onChange={(event) => setPassword(event.target.value)}
        error={error}
      />
      <Button type="submit" disabled={isPending || password === ''} className="sm:self-start">
        Unlock
      </Button>
    </form>
  )
}
