/** The password of a file request: set, changed or taken away. */
import { useState } from 'react'
import { CheckLine } from '@/components/ui/check-line'
import { Field } from '@/components/ui/field'

/** `has`: whether there is one already. */
export function RequestPassword({ has }: { has: boolean }) {
  const [unlocked, setUnlocked] = useState(false)
  const [password, setPassword] = useState('')
  return (
    <>
      <Field
        label={has ? 'New password (optional)' : 'Password (optional)'}
        name="password"
        autoComplete="off"
        spellCheck={false}
        autoCapitalize="none"
        maxLength={1024}
        hint={
          has
            ? 'Left empty, the request keeps the one that it has.'
            : 'Tell it some other way than the link.'
        }
        disabled={unlocked}
        value={unlocked ? '' : password}
        onChange={(event) => setPassword(event.target.value)}
      />
      {has && (
        <CheckLine
          label="Take the password away"
          name="no_password"
          checked={unlocked}
          onCheckedChange={(checked) => setUnlocked(checked === true)}
        />
      )}
    </>
  )
}
