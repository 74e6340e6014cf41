/** How a component says something in passing: `const toast = useToast()`. */
import { createContext, use } from 'react'

/** A passing message. */
export interface ToastMessage {
  /** A short sentence: "report.pdf was deleted". */
  title: string
  /** One more sentence, where it helps. */
  description?: string
  /** `danger` for what failed; it is announced at once. */
  tone?: 'neutral' | 'danger'
  /** One thing to do about it, such as Undo. */
  action?: { label: string; onSelect: () => void }
  /** Called once, when the message has gone, whether or not its action was chosen. */
  onClose?: () => void
}

/** Shows a message. */
export type ShowToast = (message: ToastMessage) => void

/** Provided by `ToastProvider`. */
export const ToastContext = createContext<ShowToast | null>(null)

/** The function that shows a message; the page must be inside `ToastProvider`. */
export function useToast(): ShowToast {
  const show = use(ToastContext)
  if (!show) throw new Error('useToast needs a ToastProvider around it')
  return show
}
