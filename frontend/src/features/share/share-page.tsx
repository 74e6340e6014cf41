/** What a share link opens: whose files, how large, and the way to them. No account is needed. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useParams } from 'react-router'
import { api, unwrap } from '@/api/client'
import type { SharePublic } from '@/api/types'
import { Card } from '@/components/ui/card'
import { Skeleton } from '@/components/ui/skeleton'
import { formatBytes, formatCount, formatDateTime } from '@/lib/format'
import { ClosedShare } from './closed-share'
import { LockedFiles } from './locked-files'
import { SharedFiles } from './shared-files'
import { UnlockShare } from './unlock-share'

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
  if (query.error) {
    return <ClosedShare error={query.error} oneTime={query.data?.one_time ?? false} />
  }
  if (!query.data) return <Loading />
  const onRefused = () => void query.refetch()
  return (
    <div className="mx-auto max-w-2xl sm:pt-8">
      <title>{`Files from ${query.data.owner} · ShareSync`}</title>
      <Heading share={query.data} />
      <Card className="mt-8">
        {!query.data.password_required ? (
          <SharedFiles slug={slug} share={query.data} password={undefined} onRefused={onRefused} />
        ) : unlocked ? (
          <UnlockedFiles slug={slug} {...unlocked} onRefused={onRefused} />
        ) : (
          <>
            <UnlockShare
              slug={slug}
              onUnlocked={(share, password) => setUnlocked({ share, password })}
            />
            <LockedFiles share={query.data} />
          </>
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
  return <SharedFiles slug={slug} share={query.data} password={password} onRefused={onRefused} />
}

function Heading({ share }: { share: SharePublic }) {
  const facts = [
    formatBytes(share.total_size),
    typeof share.expires_at === 'number' && `until ${formatDateTime(share.expires_at)}`,
    // What is left of such a link is one download of each file until there is none.
    !share.one_time &&
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
      {typeof share.recipient === 'string' && (
        <p className="mt-1 text-sm break-words text-muted">For {share.recipient}</p>
      )}
      {share.one_time && <p className="mt-1 text-sm text-muted">Works once, for one person.</p>}
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
