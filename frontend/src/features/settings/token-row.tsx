/** One API token in the list. */
import { KeyRound } from 'lucide-react'
import type { ApiToken } from '@/api/types'
import { Button } from '@/components/ui/button'
import { formatDateTime, formatRelative } from '@/lib/format'
import { SCOPE_WORDS } from './token-request'

interface TokenRowProps {
  token: ApiToken
  /** When the list came (milliseconds since the Unix epoch). */
  seenAt: number
  onReplace: () => void
  onRevoke: () => void
}

/** Its name, what it may do, how old it is and when it was used, and what can be done about it. */
export function TokenRow({ token, seenAt, onReplace, onRevoke }: TokenRowProps) {
  return (
    <li className="flex flex-wrap items-start gap-x-4 gap-y-3 py-4">
      <KeyRound aria-hidden className="mt-0.5 size-5 shrink-0 text-muted" />
      <div className="min-w-0 flex-1 basis-56">
        <p className="text-sm font-medium">
          {token.name} <span className="font-normal text-muted">…{token.ends_with}</span>
        </p>
        <ul aria-label="May be used to" className="mt-1.5 flex flex-wrap gap-1">
          {token.scopes.map((scope) => (
            <li
              key={scope}
              title={SCOPE_WORDS[scope]}
              className="rounded-full bg-sunken px-2.5 py-0.5 font-mono text-xs text-muted"
            >
              {scope}
            </li>
          ))}
        </ul>
        <p className="mt-1.5 text-xs text-muted">{history(token, seenAt)}</p>
      </div>
      <div className="ms-9 flex gap-2 sm:ms-0">
        <Button
          variant="secondary"
          size="sm"
          aria-label={`Replace: ${token.name}`}
          onClick={onReplace}
        >
          Replace
        </Button>
        <Button variant="quiet" size="sm" aria-label={`Revoke: ${token.name}`} onClick={onRevoke}>
          Revoke
        </Button>
      </div>
    </li>
  )
}

function history({ created_at, expires_at, last_used_at }: ApiToken, now: number): string {
  return [
    `Made ${formatDateTime(created_at)}`,
    typeof expires_at === 'number' ? `expires ${formatRelative(expires_at, now)}` : 'never expires',
    typeof last_used_at === 'number' ? `used ${formatRelative(last_used_at, now)}` : 'not used yet',
  ].join(' · ')
}
