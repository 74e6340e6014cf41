/** A dialog over the page. Focus moves in, stays in, and goes back where it came from. */
import { X } from 'lucide-react'
import { Dialog as RadixDialog } from 'radix-ui'
import type { ReactNode } from 'react'
import { Button } from './button'
import { useReturnFocus } from './use-return-focus'

interface DialogProps {
  open: boolean
  /** Called when its person is done with it, by whatever way. */
  onClose: () => void
  /** The heading, which also names the dialog. */
  title: string
  /** A sentence under the heading. */
  description: string
  /** Whether a press beside it leaves it open, since what it shows would be lost. */
  stays?: boolean
  children: ReactNode
}

/** A sheet from below on phones, a card in the middle on larger screens. */
export function Dialog({ open, onClose, title, description, stays, children }: DialogProps) {
  const returnFocus = useReturnFocus()
  return (
    <RadixDialog.Root
      open={open}
      onOpenChange={(next) => {
        if (!next) onClose()
      }}
    >
      <RadixDialog.Portal>
        <RadixDialog.Overlay className="fixed inset-0 z-40 animate-fade bg-[rgb(8_12_10/0.55)]" />
        <RadixDialog.Content
          {...returnFocus}
          onInteractOutside={(event) => {
            if (stays) event.preventDefault()
          }}
          className="fixed inset-x-0 bottom-0 z-40 max-h-[92dvh] animate-enter overflow-y-auto scroll-pb-24 rounded-t-md border border-line bg-surface p-4 pb-8 shadow-lift outline-none sm:inset-0 sm:m-auto sm:h-fit sm:max-w-lg sm:rounded-md sm:p-6"
        >
          <div className="flex items-start gap-4">
            <div className="min-w-0 flex-1">
              <RadixDialog.Title className="text-lg font-semibold">{title}</RadixDialog.Title>
              <RadixDialog.Description className="mt-1 text-sm text-muted">
                {description}
              </RadixDialog.Description>
            </div>
            <RadixDialog.Close asChild>
              <Button variant="quiet" size="icon" aria-label="Close" className="-me-2 -mt-2">
                <X aria-hidden />
              </Button>
            </RadixDialog.Close>
          </div>
          <div className="mt-6">{children}</div>
        </RadixDialog.Content>
      </RadixDialog.Portal>
    </RadixDialog.Root>
  )
}

/** The end of a dialog that may be higher than the screen: what is to be pressed stays in sight. */
export function DialogEnd({ children }: { children: ReactNode }) {
  return (
    <div className="sticky -bottom-8 -mx-4 -mb-8 flex flex-col border-t border-line bg-surface px-4 pt-4 pb-8 sm:-bottom-6 sm:-mx-6 sm:-mb-6 sm:px-6 sm:pb-6">
      {children}
    </div>
  )
}
