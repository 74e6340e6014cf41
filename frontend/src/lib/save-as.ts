/** Starting a download from an address. Used by the library and by share pages. */

/**
 * Has the browser download what is at `url`, which must answer with `Content-Disposition:
 * attachment`: then the page stays where it is.
 */
export function saveAs(url: string): void {
  const link = document.createElement('a')
  link.href = url
  link.rel = 'noreferrer'
  document.body.append(link)
  link.click()
  link.remove()
}
