/** A password that others are asked for: set, changed or taken away. Of links and of file requests. */
import { type ReactNode, useState } from 'react'
import { CheckLine } from '@/components/ui/check-line'
import { Field } from '@/components/ui/field'

interface PasswordChoiceProps {
  /** What it stands before. */
  of: 'link' | 'request'
  /** Whether there is one already. */
  has: boolean
  /** What is about it besides, by whether there will be one. */
  children?: (isAsked: boolean) => ReactNode
}

/** Its fields are called `password` and `no_password`. */
export function PasswordChoice({ of, has, children }: PasswordChoiceProps) {
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
            ? `Left empty, the ${of} keeps the one that it has.`
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
      {children?.(!unlocked && (has || password !== ''))}
    </>
  )
}
