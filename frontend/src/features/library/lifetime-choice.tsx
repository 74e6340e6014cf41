/** For how long what is uploaded is kept. On the upload page. */
import { useMe, useServerInfo } from '@/api/account'
import { Choice } from '@/components/ui/choice'
import type { Lifetime } from '@/lib/uploads/lifetime'
import { lifetimeOf, uploadChoices } from './expiry'

interface LifetimeChoiceProps {
  lifetime: Lifetime
  onChange: (lifetime: Lifetime) => void
}

/** What this account may choose; nothing until that is known. */
export function LifetimeChoice({ lifetime, onChange }: LifetimeChoiceProps) {
  const { data: server } = useServerInfo()
  const { data: me } = useMe()
  if (!server || !me) return null
  return (
    <Choice
      label="Keep for"
      options={uploadChoices(server, me)}
      value={String(lifetime)}
      onChange={(event) => onChange(lifetimeOf(event.target.value))}
    />
  )
}
