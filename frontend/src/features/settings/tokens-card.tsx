/** What scripts sign in with: a list of tokens, and the ways to make, replace and revoke one. */
import { useInfiniteQuery } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import { useState } from 'react'
import { useMe } from '@/api/account'
import type { ApiToken } from '@/api/types'
import { MoreRows } from '@/components/more-rows'
import { TextLink } from '@/components/text-link'
import { Button } from '@/components/ui/button'
import { Card, CardDescription, CardTitle } from '@/components/ui/card'
import { Notice } from '@/components/ui/notice'
import { Skeleton } from '@/components/ui/skeleton'
import { paths } from '@/lib/paths'
import { problemWords } from '@/lib/problem-words'
import { MakeTokenDialog } from './make-token-dialog'
import { ReplaceTokenDialog } from './replace-token-dialog'
import { RevokeTokenDialog } from './revoke-token-dialog'
import { tokensQuery } from './token-queries'
import { TokenRow } from './token-row'

/** What is being done, and to which token. */
type Doing = { is: 'making' } | { is: 'replacing' | 'revoking'; token: ApiToken }

/** The sheet of the settings about API tokens. */
export function TokensCard() {
  const query = useInfiniteQuery(tokensQuery)
  const { data: me } = useMe()
  const [doing, setDoing] = useState<Doing>()
  const close = () => setDoing(undefined)
  const tokens = query.data?.pages.flatMap(({ items }) => items)
  return (
    <Card aria-labelledby="tokens">
      <CardTitle id="tokens">API tokens</CardTitle>
      <CardDescription>
        For scripts: each may do what you allow it, without your password.{' '}
        <TextLink to={paths.docs}>What there is to do</TextLink>
      </CardDescription>
      {query.isPending && <Skeleton className="mt-4 h-24" />}
      {query.error && !query.data && <Notice tone="danger">{problemWords(query.error)}</Notice>}
      <ul className="mt-2 divide-y divide-line">
        {tokens?.map((token) => (
          <TokenRow
            key={token.id}
            token={token}
            seenAt={query.dataUpdatedAt}
            onReplace={() => setDoing({ is: 'replacing', token })}
            onRevoke={() => setDoing({ is: 'revoking', token })}
          />
        ))}
      </ul>
      <MoreRows query={query} />
      <Button
        variant="secondary"
        className="mt-4"
        disabled={!me}
        onClick={() => setDoing({ is: 'making' })}
      >
        <Plus aria-hidden />
        Make a token
      </Button>
      {doing?.is === 'making' && me && <MakeTokenDialog role={me.role} onClose={close} />}
      {doing?.is === 'replacing' && <ReplaceTokenDialog token={doing.token} onClose={close} />}
      {doing?.is === 'revoking' && <RevokeTokenDialog token={doing.token} onClose={close} />}
    </Card>
  )
}
