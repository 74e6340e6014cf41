/** A link's password: set, changed or taken away, and whether names are seen before it. */
import { useState } from 'react'
import { CheckLine } from '@/components/ui/check-line'
import { Field } from '@/components/ui/field'

interface PasswordRuleProps {
  /** What is there already, where a link is changed. */
  share?: { password_required: boolean; names_shown: boolean }
}

/** What is about names only is there where there is a password. */
export function PasswordRule({ share }: PasswordRuleProps) {
  const [password, setPassword] = useState('')
  const [unlocked, setUnlocked] = useState(false)
  const has = share?.password_required ?? false
  return (
    <>
      <Field
        label={has ? 'New password (optional)' : 'Password (optional)'}
        name="password"
        autoComplete="off"
        spellCheck={false}
        autoCapitalize="none"
        hint={
          has
            ? 'Left empty, the link keeps the one that it has.'
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
      {!unlocked && (has || password !== '') && (
        <CheckLine
          label="Show names before the password"
          name="names_shown"
          hint="Names and sizes of the files, to whoever has the link."
          defaultChecked={share?.names_shown ?? false}
        />
      )}
    </>
  )
}
