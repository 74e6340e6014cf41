/** Where keys, nonces and codes come from. Passed in, so that tests can fix every byte. */

/** Gives that many bytes that nobody can guess. */
export type RandomBytes = (length: number) => Uint8Array<ArrayBuffer>

/** The browser's own source; unlike `crypto.subtle` it is there on plain http pages, too. */
export const browserRandom: RandomBytes = (length) => crypto.getRandomValues(new Uint8Array(length))
