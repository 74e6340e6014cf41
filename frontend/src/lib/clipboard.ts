/** Writing to the clipboard, also where the page is not a secure context. Used by copy buttons. */

/** Copies text; false where the browser refused. */
export async function copyText(text: string): Promise<boolean> {
  // The types promise a clipboard; over plain HTTP on a local network there is none.
  const clipboard = (navigator as Partial<Navigator>).clipboard
  if (clipboard) {
    try {
      await clipboard.writeText(text)
      return true
    } catch {
      // Refused by permission or for want of focus: the older way may still work.
    }
  }
  return copySelection(text)
}

/** The older way: select a field's text and have the browser copy the selection. */
function copySelection(text: string): boolean {
  const field = document.createElement('textarea')
  field.value = text
  field.setAttribute('readonly', '')
  field.style.position = 'fixed'
  field.style.opacity = '0'
  const focused = document.activeElement
  // Inside an open dialog focus is kept there: a field outside of it could not be selected.
  const parent = focused?.closest('[role="dialog"]') ?? document.body
  parent.append(field)
  field.select()
  try {
    // Deprecated without a successor for insecure contexts, such as a server on a home network.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    return document.execCommand('copy')
  } catch {
    return false
  } finally {
    field.remove()
    if (focused instanceof HTMLElement) focused.focus()
  }
}
