/** A file request that was just made: its address to copy. */
import type { OwnedFileRequest } from '@/api/types'
import { AddressField } from '@/components/address-field'
import { Button } from '@/components/ui/button'
import { requestRules } from './request-words'

interface RequestResultProps {
  request: OwnedFileRequest
  onDone: () => void
}

/** The last step of the dialog. */
export function RequestResult({ request, onDone }: RequestResultProps) {
  return (
    <div className="flex flex-col gap-6">
      <AddressField label="Request link" url={request.url} />
      <p role="status" className="text-sm break-words text-muted">
        The request is ready. Its files go to {request.folder?.name ?? 'Files'}.{' '}
        {requestRules(request)}.
      </p>
      <Button variant="secondary" onClick={onDone}>
        Done
      </Button>
    </div>
  )
}
