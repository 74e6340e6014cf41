/** Locks the room, and unlocks it. Part of the invitation on the sender's page. */
import { Lock, LockOpen } from 'lucide-react'
import { Button } from '@/components/ui/button'
import { useToast } from '@/components/ui/toast-context'
import { ownerTrouble } from './words'

interface RoomLockProps {
  locked: boolean
  /** Rejects where the service refuses. */
  onLock: (locked: boolean) => Promise<void>
}

/** Says what a press will do, and what that means. */
export function RoomLock({ locked, onLock }: RoomLockProps) {
  const toast = useToast()
  const press = () => {
    onLock(!locked).catch((error: unknown) => {
      toast({ title: ownerTrouble(error), tone: 'danger' })
    })
  }
  const Icon = locked ? LockOpen : Lock
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
      <p aria-live="polite" className="text-sm text-muted">
        {locked ? 'Locked: nobody new can come in.' : 'Everybody is here?'}
      </p>
      <Button variant="secondary" size="sm" onClick={press}>
        <Icon aria-hidden />
        {locked ? 'Unlock the room' : 'Lock the room'}
      </Button>
    </div>
  )
}
