/** What a sender offers, whether there is space for it, and what can be answered. Part of the receiver's page. */
import { useId, useState } from 'react'
import { Button } from '@/components/ui/button'
import { useToast } from '@/components/ui/toast-context'
import { cn } from '@/lib/class-names'
import { formatBytes, formatCount } from '@/lib/format'
import { canChoose, chooseFile, chooseFolder } from './engine/chosen-place'
import { nameToSave } from './engine/file-names'
import type { FileReceiver } from './engine/receiver'
import type { TransferSnapshot } from './engine/transfer-state'
import { shortageWords, spaceWords } from './receive-words'
import { useSpace } from './use-space'

interface OfferProps {
  /** Who offers. */
  from: string
  transfer: TransferSnapshot
  receiver: FileReceiver
}

/** Shown until it has been answered. */
export function Offer({ from, transfer, receiver }: OfferProps) {
  const { files, total } = transfer
  const { space, askForMore } = useSpace(total)
  const words = useId()
  const tooMuch = space?.fits === false
  return (
    <>
      <p className="mt-1 text-center text-muted">
        {from} offers {formatCount(files.length, 'file')}, {formatBytes(total)}.
      </p>
      {/* Keeps its line while it is being measured, so that no button moves under a finger. */}
      <p
        id={words}
        aria-live="polite"
        className={cn(
          'mt-1 min-h-5 text-center text-sm',
          tooMuch ? 'font-medium text-danger' : 'text-muted',
        )}
      >
        {space && spaceWords(space, total)}
      </p>
      {tooMuch && <MoreSpace onAsk={askForMore} />}
      <div className="mt-4 flex flex-wrap justify-center gap-2">
        <Button
          size="lg"
          aria-disabled={tooMuch}
          aria-describedby={words}
          onClick={() => !tooMuch && void receiver.accept()}
        >
          Accept
        </Button>
        {canChoose() && <AcceptElsewhere transfer={transfer} receiver={receiver} only={tooMuch} />}
        <Button size="lg" variant="secondary" onClick={() => receiver.decline()}>
          Decline
        </Button>
      </div>
    </>
  )
}

interface AcceptElsewhereProps extends Omit<OfferProps, 'from'> {
  /** There is no space but there. */
  only: boolean
}

/**
 * Straight into a folder, or one file under a name of one's own. Nothing moves while its person is choosing. Not called
 * anything with "Accept" in it: a voice that says that word means the other button.
 */
function AcceptElsewhere({ transfer: { files }, receiver, only }: AcceptElsewhereProps) {
  const toast = useToast()
  const [first] = files
  const single = files.length === 1 && first?.path === undefined ? first : undefined
  const choose = async () => {
    try {
      const place = await (single ? chooseFile(nameToSave(single.name)) : chooseFolder())
      if (place) await receiver.accept(place)
    } catch {
      toast({ title: 'The browser did not let us write there.', tone: 'danger' })
    }
  }
  return (
    <Button size="lg" variant={only ? 'primary' : 'secondary'} onClick={() => void choose()}>
      {single ? 'Save as …' : 'Save to a folder …'}
    </Button>
  )
}

/** What can be done about too little space. */
function MoreSpace({ onAsk }: { onAsk: () => Promise<void> }) {
  const [asked, setAsked] = useState(false)
  return (
    <p className="mt-1 text-center text-sm text-muted">
      {shortageWords(canChoose())}{' '}
      {!asked && (
        <button
          type="button"
          className="font-medium text-accent underline underline-offset-2"
          onClick={() => {
            setAsked(true)
            void onAsk()
          }}
        >
          Ask this browser for more
        </button>
      )}
    </p>
  )
}
