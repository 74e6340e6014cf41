/** Uploads that were begun, here or elsewhere, and that nobody here is sending. On the upload page. */
import { keepPreviousData, queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import { Trash2 } from 'lucide-react'
import { api, unwrap } from '@/api/client'
import type { UploadSession } from '@/api/types'
import { FileIcon } from '@/components/file-icon'
import { Button } from '@/components/ui/button'
import { Progress } from '@/components/ui/progress'
import { useToast } from '@/components/ui/toast-context'
import { formatBytes } from '@/lib/format'
import { problemWords } from '@/lib/problem-words'
import { refreshLibrary } from './library-queries'
import { uploadApi } from './upload-api'
import { useUploads } from './uploads'

/** How often it is looked whether somebody elsewhere goes on with one, in milliseconds. */
const LOOK_EVERY = 5000

/** What this page has begun or ended so far makes it another question: each changes the answer. */
function unfinishedQuery(begunHere: number) {
  return queryOptions({
    queryKey: ['uploads', begunHere],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/uploads', { params: { query: { limit: 200 } }, signal })),
    refetchInterval: ({ state }) => (state.data?.items.length ? LOOK_EVERY : false),
    placeholderData: keepPreviousData,
  })
}

/** The uploads, newest first. */
export function useUnfinished(): readonly UploadSession[] {
  const here = useUploads().map(({ session }) => session)
  const { data } = useQuery(unfinishedQuery(here.filter((session) => session !== null).length))
  return data?.items.filter(({ id }) => !here.includes(id)) ?? []
}

/** How far each has come, and how to go on with it or be rid of it. */
export function UnfinishedUploads({ list }: { list: readonly UploadSession[] }) {
  if (list.length === 0) return null
  return (
    <section aria-labelledby="unfinished" className="mt-8">
      <h2 id="unfinished" className="text-base font-semibold">
        Not finished
      </h2>
      <p className="mt-1 text-sm text-muted">
        Choose the same file again to go on where it stopped. What does not go on within a week is
        removed.
      </p>
      <ul className="mt-3 divide-y divide-line rounded-md border border-line bg-surface">
        {list.map((upload) => (
          <UnfinishedRow key={upload.id} upload={upload} />
        ))}
      </ul>
    </section>
  )
}

function UnfinishedRow({ upload: { id, name, size, received } }: { upload: UploadSession }) {
  const queries = useQueryClient()
  const toast = useToast()
  const discard = async () => {
    try {
      await uploadApi.abort(id)
    } catch (error) {
      toast({
        title: `${name} could not be discarded.`,
        description: problemWords(error),
        tone: 'danger',
      })
    }
    await Promise.all([
      queries.invalidateQueries({ queryKey: ['uploads'] }),
      refreshLibrary(queries),
    ])
  }
  return (
    <li className="flex items-center gap-3 p-3 sm:px-4">
      <FileIcon name={name} />
      <div className="min-w-0 flex-1">
        <span className="block truncate text-sm font-medium">{name}</span>
        <Progress label={name} value={received} max={size} className="my-1.5" />
        <p className="text-xs text-muted tabular-nums">
          {formatBytes(received)} of {formatBytes(size)}
        </p>
      </div>
      <Button
        variant="quiet"
        size="icon"
        aria-label={`Discard ${name}`}
        onClick={() => void discard()}
      >
        <Trash2 aria-hidden />
      </Button>
    </li>
  )
}
