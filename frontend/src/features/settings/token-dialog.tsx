/** A dialog that leads to a new API token, and then shows it. Used to make one, and to replace one. */
import type { ReactNode } from 'react'
import type { IssuedApiToken } from '@/api/types'
import { Dialog } from '@/components/ui/dialog'
import { IssuedToken } from './issued-token'

interface TokenDialogProps {
  /** The heading until there is a token, and the sentence under it. */
  title: string
  description: string
  /** The token, once there is one. */
  issued: IssuedApiToken | undefined
  onClose: () => void
  /** What leads to it. */
  children: ReactNode
}

/** Stays open when it has something to show that is never shown again. */
export function TokenDialog({ title, description, issued, onClose, children }: TokenDialogProps) {
  return (
    <Dialog
      open
      onClose={onClose}
      title={issued ? `${issued.name} is ready` : title}
      description={
        issued
          ? 'Copy the token now: it is not shown again. Keep it as you keep passwords.'
          : description
      }
      stays={issued !== undefined}
    >
      {issued ? <IssuedToken issued={issued} onDone={onClose} /> : children}
    </Dialog>
  )
}
