/** For how long what is uploaded is to be kept. The upload engine carries it along, and the library's calls say it. */

/** So many seconds, until somebody deletes it, or as long as the server keeps others. */
export type Lifetime = number | 'keep' | 'usual'

/** What it is in a request that stores a file; nothing where it is what is usual. */
export function lifetimeFields(lifetime: Lifetime): { expires_in?: number; keep?: boolean } {
  if (lifetime === 'usual') return {}
  return lifetime === 'keep' ? { keep: true } : { expires_in: lifetime }
}
