/** Whether keys and pasted text go into this, so that the page must leave them alone. */
export function isField(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return target.isContentEditable || target.matches('input:not([type=file]), textarea, select')
}
