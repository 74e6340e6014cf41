/** What to type into a terminal to use an API token. */
import type { Scope } from '@/api/types'

/** One thing a token is good for. */
export interface TokenExample {
  readonly title: string
  readonly command: string
  /** What is to be put in, or needed, where that is anything. */
  readonly note?: string
}

/** Commands for what the token may do; `origin` is the server's, without a slash at the end. */
export function tokenExamples(
  token: string,
  scopes: readonly Scope[],
  origin: string,
): TokenExample[] {
  const curl = (words: string) => `curl -H "Authorization: Bearer ${token}" ${words}`
  const examples: TokenExample[] = []
  if (scopes.includes('files:write')) {
    examples.push({
      title: 'Upload a file',
      command: curl(`-F file=@report.pdf ${origin}/api/upload`),
    })
  }
  if (scopes.includes('files:read')) {
    examples.push(
      { title: 'List your files', command: curl(`${origin}/api/files`) },
      {
        title: 'Download a file',
        command: `${curl(`-s ${origin}/api/files/FILE_ID`)} | jq -r .download_url | xargs curl -LOJ`,
        note: 'With the id of a file for FILE_ID, as the list tells it. It takes jq.',
      },
    )
  }
  return examples
}
