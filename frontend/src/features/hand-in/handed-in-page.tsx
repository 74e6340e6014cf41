/** What was handed in: to operators all of it, for them to fetch; to anybody else what they gave themselves. */
import { Inbox } from 'lucide-react'
import type { ReactNode } from 'react'
import { Link, useSearchParams } from 'react-router'
import { useMe } from '@/api/account'
import { EmptyList } from '@/components/empty-list'
import { OwnHandIns } from '@/components/own-hand-ins'
import { RowsSkeleton } from '@/components/rows-skeleton'
import { Button } from '@/components/ui/button'
import { Notice } from '@/components/ui/notice'
import { paths } from '@/lib/paths'
import { problemWords } from '@/lib/problem-words'
import { fetchesHandIns } from '@/lib/roles'
import { HandedInList } from './handed-in-list'

/** The page; `?file=` puts a file before the others. */
export function HandedInPage() {
  const [parameters] = useSearchParams()
  const { data: me, error } = useMe()
  if (!me) {
    return (
      <Frame>
        {error ? (
          <Notice tone="danger">{problemWords(error)}</Notice>
        ) : (
          <RowsSkeleton label="Loading what was handed in" />
        )}
      </Frame>
    )
  }
  return fetchesHandIns(me) ? (
    <Frame about="Files that people gave to the operators, for you to fetch.">
      <HandedInList sought={parameters.get('file')} />
    </Frame>
  ) : (
    <Frame about="What you gave to the operators, and whether they have fetched it.">
      <OwnHandIns empty={<NothingGiven />} />
    </Frame>
  )
}

function Frame({ about, children }: { about?: string; children: ReactNode }) {
  return (
    <>
      <title>Handed in · ShareSync</title>
      <h1 className="text-xl font-semibold">Handed in</h1>
      <p className="mt-1 min-h-6 text-sm text-muted">{about}</p>
      <div className="mt-6">{children}</div>
    </>
  )
}

function NothingGiven() {
  return (
    <EmptyList
      Icon={Inbox}
      title="You have handed nothing in"
      action={
        <Button asChild>
          <Link to={paths.upload}>Hand a file in</Link>
        </Button>
      }
    >
      What you give to the operators is listed here, and whether they have fetched it.
    </EmptyList>
  )
}
