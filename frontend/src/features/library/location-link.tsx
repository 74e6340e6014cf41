/** In which folder something lies, as a link there. In what a search finds, and in a file's panel. */
import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { folderPath } from '@/lib/paths'
import { folderQuery } from './library-queries'

/** `null`: in none. */
export function LocationLink({ folderId }: { folderId: string | null }) {
  const { data } = useQuery({ ...folderQuery(folderId ?? ''), enabled: folderId !== null })
  const steps = folderId === null ? [] : data?.path.map(({ name }) => name)
  return (
    <Link
      to={folderPath(folderId)}
      draggable={false}
      className="underline-offset-4 hover:text-ink hover:underline"
    >
      {steps ? ['Files', ...steps].join(' / ') : 'Its folder'}
    </Link>
  )
}
