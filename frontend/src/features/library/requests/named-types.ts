/** Media types that are written out, with commas or spaces between them. */

/** As RFC 9110 §8.3.1 has them, without parameters; or all of a kind. */
const MEDIA_TYPE = /^[a-z0-9][\w!#$&^.+-]*\/(\*|[a-z0-9][\w!#$&^.+-]*)$/

/** The types, each once, and the first thing that is none. */
export function namedTypes(text: string): { types: string[]; wrong: string | undefined } {
  const words = text
    .toLowerCase()
    .split(/[\s,;]+/)
    .filter((word) => word !== '')
  return {
    types: [...new Set(words)],
    wrong: words.find((word) => !MEDIA_TYPE.test(word)),
  }
}
