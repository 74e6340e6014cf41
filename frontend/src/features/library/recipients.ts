/** For whom a link is to be: e-mail addresses as people type and paste them. Used by the share dialogs. */

/** Recipients that a link may have. */
export const MOST_RECIPIENTS = 50

const ADDRESS = /^[^\s@<>]+@[^\s@<>]+$/

/** What was typed, told apart. */
export interface ReadRecipients {
  addresses: string[]
  /** What is no address, as it was typed. */
  rest: string[]
}

/** Reads addresses between commas, semicolons, spaces and lines, also such as `Ann Lee <ann@example.com>`. */
export function readRecipients(text: string): ReadRecipients {
  const pieces = text
    .split(/[,;\n\r]+/)
    .flatMap((piece) => /<([^<>]*)>\s*$/.exec(piece)?.[1]?.trim() ?? piece.trim().split(/\s+/))
    .filter((piece) => piece !== '')
  return {
    addresses: pieces.filter((piece) => ADDRESS.test(piece)),
    rest: pieces.filter((piece) => !ADDRESS.test(piece)),
  }
}

/** A list with more of them, each once, in whatever case it was typed. */
export function withRecipients(list: readonly string[], more: readonly string[]): string[] {
  const known = new Map<string, string>()
  for (const address of [...list, ...more]) {
    const key = address.toLowerCase()
    if (!known.has(key)) known.set(key, address)
  }
  return [...known.values()]
}
