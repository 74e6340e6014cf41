/** How the other side gets here: the room's link to copy, and to scan. Part of the invitation. */
import { useId } from 'react'
import { CopyButton } from '@/components/copy-button'
import { Input } from '@/components/ui/input'
import { Label } from '@/components/ui/label'
import { Skeleton } from '@/components/ui/skeleton'
import { QrCode } from '@/components/qr-code'

/** The link; a shape of it while the room is being made. */
export function RoomLink({ link }: { link: string | undefined }) {
  const id = useId()
  return (
    <div>
      <Label htmlFor={id}>Room link</Label>
      <div className="mt-2 flex gap-2">
        {link === undefined ? (
          <Skeleton className="h-11 w-full" />
        ) : (
          <>
            <Input
              id={id}
              readOnly
              dir="ltr"
              value={link}
              onFocus={(event) => event.target.select()}
              className="font-mono text-sm"
            />
            <CopyButton text={link} />
          </>
        )}
      </div>
      <div className="mt-4 flex items-center gap-4">
        {link === undefined ? (
          <Skeleton className="size-32 shrink-0" />
        ) : (
          <QrCode
            text={link}
            label="QR code of the room link"
            className="size-32 shrink-0 rounded-md border border-line"
          />
        )}
        <p className="min-w-0 flex-1 text-sm text-muted">
          Or let them scan it. It works while this page is open, and holds the key that only the two
          of you have.
        </p>
      </div>
    </div>
  )
}
