/** A link that was just made: its address to copy, or those of the people it is for. */
import { useSendsMail } from '@/api/account'
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
  const isMailed = useSendsMail()
  const sent = isMailed
    ? 'The links are on their way.'
    : 'This server sends no mail: give each their link yourself.'
  return (
    <div className="flex flex-col gap-6">
      {forAnybody ? (
        <AddressField label="Share link" url={url} />
      ) : (
        <ForEach share={share} isMailed={isMailed} />
      )}
      <p role="status" className="text-sm text-muted">
        {forAnybody ? 'The link is ready.' : sent} {shareRules(share)}.
      </p>
      <Button variant="secondary" onClick={onDone}>
        Done
      </Button>
    </div>
  )
}

function ForEach({ share, isMailed }: { share: OwnedShare; isMailed: boolean }) {
  return (
    <section aria-labelledby="for-each">
      <h3 id="for-each" className="text-sm font-medium">
        {isMailed ? 'Mailed to' : 'Made for'}
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
