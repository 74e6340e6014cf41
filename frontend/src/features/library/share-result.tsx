/** A link that was just made: its address to copy, or who was mailed one. */
import type { OwnedShare } from '@/api/types'
import { AddressField } from '@/components/address-field'
import { CopyButton } from '@/components/copy-button'
import { Button } from '@/components/ui/button'
import { shareRules } from './share-rules'

interface ShareResultProps {
  share: OwnedShare
  onDone: () => void
}

/** The last step of the dialog. */
export function ShareResult({ share, onDone }: ShareResultProps) {
  const { url } = share
  const forAnybody = typeof url === 'string'
  return (
    <div className="flex flex-col gap-6">
      {forAnybody ? <AddressField label="Share link" url={url} /> : <Mailed share={share} />}
      <p role="status" className="text-sm text-muted">
        {forAnybody ? 'The link is ready.' : 'The links are on their way.'} {shareRules(share)}.
      </p>
      <Button variant="secondary" onClick={onDone}>
        Done
      </Button>
    </div>
  )
}

function Mailed({ share }: { share: OwnedShare }) {
  return (
    <section aria-labelledby="mailed">
      <h3 id="mailed" className="text-sm font-medium">
        Mailed to
      </h3>
      <ul className="mt-1 divide-y divide-line">
        {share.addresses.map(({ id, recipient, url }) => (
          <li key={id} className="flex items-center gap-4 py-2">
            <span className="min-w-0 flex-1 truncate text-sm">{recipient}</span>
            <CopyButton
              text={url}
              label="Copy"
              aria-label={`Copy the link of ${recipient ?? 'anybody'}`}
              variant="secondary"
              size="sm"
            />
          </li>
        ))}
      </ul>
    </section>
  )
}
