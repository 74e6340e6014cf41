/** The beginning of a text: fetched, and read in whatever encoding it is in. Used by the views of text and Markdown. */
import { isProblem, ProblemError } from '@/api/problem'

/** Bytes of a text that are fetched at most. */
export const EXCERPT = 1024 * 1024

/** What is shown of a text. */
export interface Excerpt {
  readonly text: string
  /** Whether there is more of it. */
  readonly cut: boolean
}

/** The beginning of a file of that many bytes; nothing where it is no text. Throws `ProblemError`. */
export async function fetchExcerpt(
  url: string,
  size: number,
  signal: AbortSignal,
): Promise<Excerpt | null> {
  const headers = { Range: `bytes=0-${EXCERPT - 1}` }
  const response = await fetch(url, { headers, credentials: 'omit', signal }).catch(
    (error: unknown) => {
      throw signal.aborted ? error : new ProblemError(0)
    },
  )
  if (!response.ok) {
    const said: unknown = await response.json().catch(() => undefined)
    throw new ProblemError(response.status, isProblem(said) ? said : undefined)
  }
  const cut = size > EXCERPT
  const text = decode(new Uint8Array(await response.arrayBuffer()), cut)
  return text === null ? null : { text, cut }
}

/**
 * Bytes as text: UTF-16 where they begin by saying so, else UTF-8, and what is neither is read as Windows' western
 * encoding. Nothing where there are zeros in it, which no text has. What was `cut` may end within a character.
 */
export function decode(bytes: Uint8Array, cut: boolean): string | null {
  const [first, second] = bytes
  if (first === 0xff && second === 0xfe) return as('utf-16le', bytes, cut)
  if (first === 0xfe && second === 0xff) return as('utf-16be', bytes, cut)
  if (bytes.includes(0)) return null
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: cut })
  } catch {
    return as('windows-1252', bytes, cut)
  }
}

function as(encoding: string, bytes: Uint8Array, cut: boolean): string {
  return new TextDecoder(encoding).decode(bytes, { stream: cut })
}
