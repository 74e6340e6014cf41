/** Whose address of a link is to work no more, chosen where the link is changed. */
import type { ShareAddress } from '@/api/types'
import { Button } from '@/components/ui/button'

interface RevokeChoiceProps {
  addresses: readonly ShareAddress[]
  /** Ids of those that are to be revoked. */
  revoked: readonly string[]
  onChange: (revoked: readonly string[]) => void
}

/** Those whose addresses still work, each with its button. */
export function RevokeChoice({ addresses, revoked, onChange }: RevokeChoiceProps) {
  const working = addresses.filter(({ revoked_at }) => typeof revoked_at !== 'number')
  if (working.length === 0) return null
  const toggle = (id: string) =>
    onChange(revoked.includes(id) ? revoked.filter((other) => other !== id) : [...revoked, id])
  return (
    <section aria-labelledby="link-recipients">
      <h3 id="link-recipients" className="text-sm font-medium">
        Recipients
      </h3>
      <ul className="mt-1 divide-y divide-line">
        {working.map(({ id, recipient }) => {
          const chosen = revoked.includes(id)
          return (
            <li key={id} className="flex items-center gap-4 py-2">
              <div className="min-w-0 flex-1">
                <p className="truncate text-sm">{recipient}</p>
                {chosen && <p className="text-xs text-muted">Loses access when you save</p>}
              </div>
              <Button
                variant="quiet"
                size="sm"
                aria-label={`${chosen ? 'Keep' : 'Revoke'} ${recipient ?? ''}`}
                onClick={() => toggle(id)}
              >
                {chosen ? 'Keep' : 'Revoke'}
              </Button>
            </li>
          )
        })}
      </ul>
    </section>
  )
}
