/** Who one is here, and how much one stores. */
import { useMutation } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useMe } from '@/api/account'
import type { Me } from '@/api/types'
import { resendVerification } from '@/api/verification'
import { Badge } from '@/components/ui/badge'
import { Button } from '@/components/ui/button'
import { Card, CardTitle } from '@/components/ui/card'
import { Notice } from '@/components/ui/notice'
import { Progress } from '@/components/ui/progress'
import { Skeleton } from '@/components/ui/skeleton'
import { formatBytes } from '@/lib/format'
import { problemWords } from '@/lib/problem-words'
import { ROLE_WORDS } from '@/lib/roles'

/** The sheet of the settings about the account. */
export function AccountCard() {
  const { data: me, isPending, error } = useMe()
  return (
    <Card aria-labelledby="account">
      <CardTitle id="account">Your account</CardTitle>
      {isPending && <Skeleton className="mt-4 h-40" />}
      {error && !me && <Notice tone="danger">{problemWords(error)}</Notice>}
      {me && (
        <dl className="mt-4 grid gap-y-4 text-sm sm:grid-cols-[8rem_1fr]">
          <Fact name="Username">{me.username}</Fact>
          <Fact name="Email">
            <Address me={me} />
          </Fact>
          <Fact name="Role">{ROLE_WORDS[me.role]}</Fact>
          <Fact name="Storage">
            <span className="tabular-nums">
              {formatBytes(me.used)} of {formatBytes(me.quota)} used
            </span>
            <Progress
              label="Storage used"
              value={me.used}
              max={me.quota}
              className="mt-2 max-w-60"
              tone={me.used > me.quota * 0.9 ? 'danger' : 'accent'}
            />
          </Fact>
        </dl>
      )}
    </Card>
  )
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="sm:contents">
      <dt className="text-muted">{name}</dt>
      <dd className="min-w-0">{children}</dd>
    </div>
  )
}

function Address({ me }: { me: Me }) {
  const send = useMutation({ mutationFn: () => resendVerification(me.email) })
  return (
    <>
      <span className="flex flex-wrap items-center gap-2">
        {me.email}
        {me.email_verified ? (
          <Badge tone="accent">Confirmed</Badge>
        ) : (
          <Badge tone="caution">Not confirmed</Badge>
        )}
      </span>
      {!me.email_verified && (
        <Button
          variant="secondary"
          size="sm"
          className="mt-2"
          disabled={send.isPending || send.isSuccess}
          onClick={() => send.mutate()}
        >
          Send the link again
        </Button>
      )}
      <p role="status" className="text-muted not-empty:mt-2">
        {send.isSuccess && 'It is on its way. The link in the mail works for 24 hours.'}
      </p>
      {send.error && (
        <p role="alert" className="mt-2 text-danger">
          {problemWords(send.error)}
        </p>
      )}
    </>
  )
}
