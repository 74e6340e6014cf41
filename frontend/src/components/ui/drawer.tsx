/** A panel beside the page: from below on phones, from the end of the line on larger screens. */
import { X } from 'lucide-react'
import { Dialog } from 'radix-ui'
import type { ReactNode } from 'react'
import { Button } from './button'
import { useReturnFocus } from './use-return-focus'

interface DrawerProps {
  open: boolean
  onClose: () => void
  /** The heading, which also names the panel. */
  title: string
  children: ReactNode
}

/** Focus moves in, stays in, and goes back where it came from. */
export function Drawer({ open, onClose, title, children }: DrawerProps) {
  const returnFocus = useReturnFocus()
  return (
    <Dialog.Root
      open={open}
      onOpenChange={(next) => {
        if (!next) onClose()
      }}
    >
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 animate-fade bg-[rgb(8_12_10/0.55)]" />
        <Dialog.Content
          {...returnFocus}
          aria-describedby={undefined}
          className="fixed inset-x-0 bottom-0 z-40 flex max-h-[92dvh] animate-enter flex-col rounded-t-md border border-line bg-surface shadow-lift outline-none sm:inset-y-0 sm:start-auto sm:end-0 sm:max-h-none sm:w-112 sm:rounded-none"
        >
          <div className="flex items-start gap-4 border-b border-line p-4 sm:px-6">
            <Dialog.Title className="min-w-0 flex-1 py-1 text-lg font-semibold">
              {title}
            </Dialog.Title>
            <Dialog.Close asChild>
              <Button variant="quiet" size="icon" aria-label="Close">
                <X aria-hidden />
              </Button>
            </Dialog.Close>
          </div>
          <div className="flex-1 overflow-y-auto p-4 pb-8 sm:px-6">{children}</div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
