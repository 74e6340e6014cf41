/** Starting a download from an address. Used by the library and by share pages. */

/**
 * Has the browser download what is at `url`, under the name that its `Content-Disposition` says; the page stays where
 * it is.
 */
export function saveAs(url: string): void {
  const link = document.createElement('a')
  link.href = url
  // Where it is refused after all, that is a download that failed, and not a page to go to.
  link.download = ''
  link.rel = 'noreferrer'
  document.body.append(link)
  link.click()
  link.remove()
}
