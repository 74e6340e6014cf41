/** What a share link opens: whose files, how large, and the way to them. No account is needed. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useParams } from 'react-router'
import { api, unwrap } from '@/api/client'
import { ProblemError } from '@/api/problem'
import type { SharePublic } from '@/api/types'
import { MessagePage } from '@/components/message-page'
import { Button } from '@/components/ui/button'
import { Card } from '@/components/ui/card'
import { Skeleton } from '@/components/ui/skeleton'
import { formatBytes, formatCount, formatDateTime } from '@/lib/format'
import { paths } from '@/lib/paths'
import { problemWords } from '@/lib/problem-words'
import { SharedFiles } from './shared-files'
import { UnlockForm } from './unlock-form'

/** The page, at `/s/:slug` and at `/download/:slug`. */
export function SharePage() {
  const { slug = '' } = useParams()
  // A new address is a new page: no password is carried over.
  return <Share key={slug} slug={slug} />
}

/** How often it is asked whether files have been checked for viruses, in milliseconds. */
const CHECKED_EVERY = 3_000
/** The same where it takes the password each time, which nobody may say more than so often. */
const CHECKED_EVERY_LOCKED = 10_000

function isBeingChecked(share: SharePublic | undefined): boolean {
  return share?.files.some(({ scan }) => scan === 'pending') ?? false
}

interface Unlocked {
  share: SharePublic
  password: string
}

function Share({ slug }: { slug: string }) {
  const [unlocked, setUnlocked] = useState<Unlocked>()
  const query = useQuery({
    queryKey: ['share', slug],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/shares/{slug}', { params: { path: { slug } }, signal })),
    // A link that one's own download used up says so to the next who opens it, not under one's hands.
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
    refetchInterval: ({ state }) => (isBeingChecked(state.data) ? CHECKED_EVERY : false),
  })
  if (query.error) return <Closed error={query.error} />
  if (!query.data) return <Loading />
  const onRefused = () => void query.refetch()
  return (
    <div className="mx-auto max-w-2xl sm:pt-8">
      <title>{`Files from ${query.data.owner} · ShareSync`}</title>
      <Heading share={query.data} />
      <Card className="mt-8">
        {!query.data.password_required ? (
          <SharedFiles
            slug={slug}
            files={query.data.files}
            password={undefined}
            onRefused={onRefused}
          />
        ) : unlocked ? (
          <UnlockedFiles slug={slug} {...unlocked} onRefused={onRefused} />
        ) : (
          <UnlockForm
            slug={slug}
            onUnlocked={(share, password) => setUnlocked({ share, password })}
          />
        )}
      </Card>
    </div>
  )
}

/** What a password has shown, for as long as it has to be asked for again. */
function UnlockedFiles({
  slug,
  share,
  password,
  onRefused,
}: Unlocked & { slug: string; onRefused: () => void }) {
  const query = useQuery({
    queryKey: ['share', slug, 'unlocked', password],
    queryFn: ({ signal }) =>
      unwrap(
        api.POST('/api/shares/{slug}/unlock', {
          params: { path: { slug } },
          body: { password },
          signal,
        }),
      ),
    enabled: isBeingChecked(share),
    initialData: share,
    staleTime: Infinity,
    gcTime: 0,
    refetchOnReconnect: false,
    refetchInterval: ({ state }) => (isBeingChecked(state.data) ? CHECKED_EVERY_LOCKED : false),
  })
  return (
    <SharedFiles slug={slug} files={query.data.files} password={password} onRefused={onRefused} />
  )
}

function Heading({ share }: { share: SharePublic }) {
  const facts = [
    formatBytes(share.total_size),
    typeof share.expires_at === 'number' && `until ${formatDateTime(share.expires_at)}`,
    typeof share.downloads_left === 'number' &&
      `${formatCount(share.downloads_left, 'download')} left`,
  ]
  return (
    <>
      <h1 className="text-xl font-semibold">
        <span className="text-accent">{share.owner}</span> sent you{' '}
        {share.file_count === 1 ? 'a file' : formatCount(share.file_count, 'file')}
      </h1>
      <p className="mt-2 text-base text-muted">{facts.filter(Boolean).join(' · ')}</p>
    </>
  )
}

function Loading() {
  return (
    <div role="status" className="mx-auto max-w-2xl sm:pt-8">
      <span className="sr-only">Loading</span>
      <Skeleton className="h-9 w-2/3" />
      <Skeleton className="mt-2 h-6 w-1/2" />
      <Skeleton className="mt-8 h-28" />
    </div>
  )
}

const ENDED: Partial<Record<string, { title: string; words: string }>> = {
  expired: {
    title: 'This link has expired',
    words: 'Whoever sent it can make you a new one.',
  },
  used_up: {
    title: 'This link is used up',
    words: 'It was good for a certain number of downloads. Whoever sent it can make you a new one.',
  },
  not_found: {
    title: 'There is nothing behind this link',
    words: 'It may have been ended by whoever sent it, or not been copied whole.',
  },
}

/** A link that leads to nothing now. */
function Closed({ error }: { error: Error }) {
  const code = error instanceof ProblemError ? error.problem?.code : undefined
  const ended = code === undefined ? undefined : ENDED[code]
  return (
    <MessagePage
      title={ended?.title ?? 'This link did not open'}
      action={
        ended ? (
          <Button asChild variant="secondary">
            <Link to={paths.home}>Send a file yourself</Link>
          </Button>
        ) : (
          <Button onClick={() => window.location.reload()}>Try again</Button>
        )
      }
    >
      {ended?.words ?? problemWords(error)}
    </MessagePage>
  )
}
