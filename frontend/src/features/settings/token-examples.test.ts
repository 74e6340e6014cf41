import { describe, expect, it } from 'vitest'
import type { Scope } from '@/api/types'
import { tokenExamples } from './token-examples'

const HOST = 'https://files.example.com'

const commands = (...scopes: Scope[]) =>
  tokenExamples('sharesync_pat_x', scopes, HOST).map(({ command }) => command)

describe('what to type', () => {
  it('carries the token to this very server', () => {
    expect(commands('files:write')).toEqual([
      'curl -H "Authorization: Bearer sharesync_pat_x" -F file=@report.pdf https://files.example.com/api/upload',
    ])
  })

  it('is told only for what the token may do', () => {
    const reading = commands('files:read', 'shares:read')
    expect(reading).toHaveLength(2)
    for (const command of reading) expect(command).toContain(`${HOST}/api/files`)
    expect(commands('shares:write', 'admin:read')).toEqual([])
    expect(commands('files:read', 'files:write')).toHaveLength(3)
  })
})
