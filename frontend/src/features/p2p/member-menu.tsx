/** What whoever made a room can do about somebody in it. */
import { DoorOpen, Ellipsis } from 'lucide-react'
import { Button } from '@/components/ui/button'
import { Menu, MenuItem } from '@/components/ui/menu'
import { useToast } from '@/components/ui/toast-context'
import { ownerTrouble } from './words'

interface MemberMenuProps {
  /** Who it is about. */
  name: string
  /** Rejects where the service refuses. */
  onEject: () => Promise<void>
}

/** A small menu in the corner of their card. */
export function MemberMenu({ name, onEject }: MemberMenuProps) {
  const toast = useToast()
  const eject = async () => {
    try {
      await onEject()
      toast({ title: `${name} is out of the room.`, description: 'Lock it to keep them out.' })
    } catch (error) {
      toast({ title: ownerTrouble(error), tone: 'danger' })
    }
  }
  return (
    <Menu
      trigger={
        <Button variant="quiet" size="icon" aria-label={`Options for ${name}`}>
          <Ellipsis aria-hidden />
        </Button>
      }
    >
      <MenuItem className="text-danger" onSelect={() => void eject()}>
        <DoorOpen aria-hidden />
        Put out of the room
      </MenuItem>
    </Menu>
  )
}
