/** Where one is signed in, and the ways out of there. */
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { Monitor, Smartphone, SquareTerminal } from 'lucide-react'
import { api, unwrap } from '@/api/client'
import { session as thisSession } from '@/api/session'
import type { Session } from '@/api/types'
import { MoreRows } from '@/components/more-rows'
import { Badge } from '@/components/ui/badge'
import { Button } from '@/components/ui/button'
import { Card, CardDescription, CardTitle } from '@/components/ui/card'
import { Notice } from '@/components/ui/notice'
import { Skeleton } from '@/components/ui/skeleton'
import { useToast } from '@/components/ui/toast-context'
import { formatDateTime, formatRelative } from '@/lib/format'
import { problemWords } from '@/lib/problem-words'
import { deviceWords } from './device-words'
import { sessionsQuery } from './session-queries'

const PICTURES = { desktop: Monitor, handheld: Smartphone, program: SquareTerminal }

/** The sheet of the settings about sessions. */
export function SessionsCard() {
  const query = useInfiniteQuery(sessionsQuery)
  const toast = useToast()
  const everywhere = useMutation({
    // The gate before this page then leads to signing in.
    mutationFn: () => thisSession.signOutEverywhere(),
    onError: (error) =>
      toast({
        title: 'You are still signed in.',
        description: problemWords(error),
        tone: 'danger',
      }),
  })
  const sessions = query.data?.pages.flatMap(({ items }) => items)
  return (
    <Card aria-labelledby="sessions">
      <CardTitle id="sessions">Where you are signed in</CardTitle>
      <CardDescription>Sign out of anything that is not yours.</CardDescription>
      {query.isPending && <Skeleton className="mt-4 h-32" />}
      {query.error && !query.data && <Notice tone="danger">{problemWords(query.error)}</Notice>}
      <ul className="mt-2 divide-y divide-line">
        {sessions?.map((session) => (
          <SessionRow key={session.id} session={session} seenAt={query.dataUpdatedAt} />
        ))}
      </ul>
      <MoreRows query={query} />
      <Button
        variant="danger"
        className="mt-4"
        disabled={everywhere.isPending}
        onClick={() => everywhere.mutate()}
      >
        Sign out everywhere
      </Button>
    </Card>
  )
}

interface SessionRowProps {
  session: Session
  /** When the list came (milliseconds since the Unix epoch). */
  seenAt: number
}

function SessionRow({ session, seenAt }: SessionRowProps) {
  const queries = useQueryClient()
  const toast = useToast()
  const { name, kind } = deviceWords(session.user_agent)
  const end = useMutation({
    mutationFn: () =>
      unwrap(api.DELETE('/api/me/sessions/{id}', { params: { path: { id: session.id } } })),
    onSuccess: () => {
      toast({ title: `${name} is signed out.` })
      return queries.invalidateQueries({ queryKey: sessionsQuery.queryKey })
    },
    onError: (error) =>
      toast({
        title: `${name} is still signed in.`,
        description: problemWords(error),
        tone: 'danger',
      }),
  })
  const Picture = PICTURES[kind]
  return (
    <li className="flex items-center gap-4 py-3">
      <Picture aria-hidden className="size-5 shrink-0 text-muted" />
      <div className="min-w-0 grow">
        <p className="truncate text-sm font-medium" title={session.user_agent}>
          {name}
        </p>
        <p className="text-xs text-muted">
          Used {formatRelative(session.last_used_at, seenAt)} · signed in{' '}
          {formatDateTime(session.created_at)}
        </p>
      </div>
      {session.current ? (
        <Badge tone="accent">This one</Badge>
      ) : (
        <Button
          variant="secondary"
          size="sm"
          aria-label={`Sign out: ${name}`}
          disabled={end.isPending}
          onClick={() => end.mutate()}
        >
          Sign out
        </Button>
      )}
    </li>
  )
}
