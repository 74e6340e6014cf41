/** How the server is doing, for administrators: how much, how fast, who, and is it healthy. */
import { Navigate } from 'react-router'
import { useMe } from '@/api/account'
import { RowsSkeleton } from '@/components/rows-skeleton'
import { Notice } from '@/components/ui/notice'
import { paths } from '@/lib/paths'
import { problemWords } from '@/lib/problem-words'
import { administers } from '@/lib/roles'
import { Dashboard } from './dashboard'

/** The page. */
export function AdminPage() {
  const { data: me, error } = useMe()
  if (me && !administers(me)) return <Navigate to={paths.files} replace />
  return (
    <>
      <title>Administration · ShareSync</title>
      {me && <Dashboard />}
      {!me && error && <Notice tone="danger">{problemWords(error)}</Notice>}
      {!me && !error && <RowsSkeleton label="Loading the figures" />}
    </>
  )
}
