/** How the other side gets here: the room's link to copy, and to scan. */
import { useId } from 'react'
import { CopyButton } from '@/components/copy-button'
import { Card } from '@/components/ui/card'
import { Input } from '@/components/ui/input'
import { Label } from '@/components/ui/label'
import { Skeleton } from '@/components/ui/skeleton'
import { paths } from '@/lib/paths'
import { QrCode } from './qr-code'

/** The link; a shape of it while the room is being made. */
export function RoomLink({ room }: { room: string | undefined }) {
  const id = useId()
  const link = room === undefined ? undefined : `${window.location.origin}${paths.p2p}/${room}`
  return (
    <Card aria-label="Invite" className="flex flex-col gap-4 sm:flex-row lg:flex-col">
      <div className="min-w-0 flex-1">
        <Label htmlFor={id}>Room link</Label>
        <div className="mt-2 flex flex-col gap-2 sm:flex-row lg:flex-col">
          {link === undefined ? (
            <Skeleton className="h-11 w-full" />
          ) : (
            <>
              <Input
                id={id}
                readOnly
                value={link}
                onFocus={(event) => event.target.select()}
                className="font-mono text-sm"
              />
              <CopyButton text={link} variant="secondary" />
            </>
          )}
        </div>
        <p className="mt-3 text-sm text-muted">
          Send it to whoever should have the files. It works for as long as this page is open.
        </p>
      </div>
      {link === undefined ? (
        <Skeleton className="mx-auto size-40" />
      ) : (
        <QrCode
          text={link}
          label="QR code of the room link"
          className="mx-auto size-40 rounded-md"
        />
      )}
    </Card>
  )
}
