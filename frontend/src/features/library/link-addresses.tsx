/** The addresses of a link that names its recipients: who has opened theirs, and fetched something by it. */
import type { ShareAddress } from '@/api/types'
import { CopyButton } from '@/components/copy-button'
import { addressUse } from './share-rules'

/** The list. */
export function LinkAddresses({ addresses }: { addresses: readonly ShareAddress[] }) {
  return (
    <ul aria-label="Recipients" className="mt-2 border-s border-line ps-3">
      {addresses.map((address) => (
        <li key={address.id} className="flex items-center gap-3 py-1">
          <div className="min-w-0 flex-1">
            <p className="truncate text-sm">{address.recipient}</p>
            <p className="text-xs text-muted">{addressUse(address)}</p>
          </div>
          {typeof address.revoked_at !== 'number' && (
            <CopyButton
              text={address.url}
              label="Copy"
              aria-label={`Copy the link of ${address.recipient ?? 'anybody'}`}
              variant="quiet"
              size="sm"
            />
          )}
        </li>
      ))}
    </ul>
  )
}
