/** Messages that pass by at the edge of the page; shown with `useToast()` from toast-context. */
import { X } from 'lucide-react'
import { Toast } from 'radix-ui'
import { type ReactNode, useCallback, useRef, useState } from 'react'
import { cn } from '@/lib/class-names'
import { Button } from './button'
import { ToastContext, type ToastMessage } from './toast-context'

/** How long a message stays, in milliseconds; hovering or focusing it stops the clock. */
const VISIBLE_FOR = 6000

interface Shown extends ToastMessage {
  key: number
}

/** Holds the messages and the place they appear in. */
export function ToastProvider({ children }: { children: ReactNode }) {
  const [shown, setShown] = useState<Shown[]>([])
  const nextKey = useRef(0)
  const show = useCallback((message: ToastMessage) => {
    nextKey.current += 1
    const key = nextKey.current
    setShown((before) => [...before, { ...message, key }])
  }, [])
  const remove = (message: Shown) => {
    setShown((before) => before.filter(({ key }) => key !== message.key))
    message.onClose?.()
  }
  return (
    <ToastContext value={show}>
      <Toast.Provider duration={VISIBLE_FOR} swipeDirection="down">
        {children}
        {shown.map((message) => (
          <ToastCard key={message.key} message={message} onClose={() => remove(message)} />
        ))}
        <Toast.Viewport className="fixed inset-x-4 bottom-20 z-50 flex flex-col gap-2 outline-none sm:inset-x-auto sm:end-6 sm:bottom-6 sm:w-96" />
      </Toast.Provider>
    </ToastContext>
  )
}

function ToastCard({ message, onClose }: { message: Shown; onClose: () => void }) {
  const failed = message.tone === 'danger'
  return (
    <Toast.Root
      type={failed ? 'foreground' : 'background'}
      onOpenChange={(open) => {
        if (!open) onClose()
      }}
      className={cn(
        'pointer-events-auto flex animate-enter items-center gap-3 rounded-md border bg-surface py-2 ps-4 pe-2 shadow-lift',
        failed ? 'border-danger' : 'border-line-strong',
      )}
    >
      <div className="min-w-0 flex-1 py-1">
        <Toast.Title className={cn('text-sm font-medium', failed && 'text-danger')}>
          {message.title}
        </Toast.Title>
        {message.description && (
          <Toast.Description className="mt-0.5 text-sm text-muted">
            {message.description}
          </Toast.Description>
        )}
      </div>
      {message.action && (
        <Toast.Action altText={message.action.label} asChild>
          <Button variant="secondary" size="sm" onClick={message.action.onSelect}>
            {message.action.label}
          </Button>
        </Toast.Action>
      )}
      <Toast.Close asChild>
        <Button variant="quiet" size="icon" aria-label="Dismiss">
          <X aria-hidden />
        </Button>
      </Toast.Close>
    </Toast.Root>
  )
}
