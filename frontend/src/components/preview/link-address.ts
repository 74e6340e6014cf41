/** Which addresses in somebody's text can be followed. Used by the view of Markdown. */

const FOLLOWED = new Set(['http:', 'https:', 'mailto:'])

/** The address, if it is a whole one of the web or of mail; empty otherwise: what is relative would lead into our pages. */
export function linkAddress(address: string): string {
  if (!URL.canParse(address)) return ''
  const url = new URL(address)
  return FOLLOWED.has(url.protocol) ? url.href : ''
}
