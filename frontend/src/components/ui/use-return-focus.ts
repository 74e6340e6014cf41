/** Where the focus goes when a dialog closes that was not opened by a trigger of Radix's own. */
import { useRef } from 'react'

/** Spread over a dialog's content: the focus goes back to what had it when the dialog opened. */
export function useReturnFocus() {
  const opener = useRef<HTMLElement>(null)
  return {
    onOpenAutoFocus: () => {
      opener.current = focused()
    },
    onCloseAutoFocus: (event: Event) => {
      event.preventDefault()
      opener.current?.focus()
    },
  }
}

/** What has the focus; for an entry of a menu, which is about to go, the button of that menu. */
function focused(): HTMLElement | null {
  const element = document.activeElement
  const button = element?.closest('[role="menu"]')?.getAttribute('aria-labelledby')
  if (button) return document.getElementById(button)
  return element instanceof HTMLElement ? element : null
}
