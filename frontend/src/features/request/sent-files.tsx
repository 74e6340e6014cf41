/** The files that go to a request: how far each has come, and thanks for those that have arrived. */
import { CircleCheck } from 'lucide-react'
import { useEffect, useRef } from 'react'
import type { SentFile } from '@/api/types'
import { UploadProgress } from '@/components/upload-progress'
import { UploadRow } from '@/components/upload-row'
import { formatCount } from '@/lib/format'
import { shownFirst } from '@/lib/uploads/shown-first'
import { isUnderWay, type Upload, type UploadQueue } from '@/lib/uploads/upload-queue'

interface SentFilesProps {
  queue: UploadQueue<SentFile>
  list: readonly Upload<SentFile>[]
  /** Who asks, where that is known. */
  owner: string | undefined
  /** How often some were chosen here: then they come into sight. */
  chosen?: number
}

/** Nothing while there is none. */
export function SentFiles({ queue, list, owner, chosen = 0 }: SentFilesProps) {
  const section = useRef<HTMLElement>(null)
  useEffect(() => {
    if (chosen > 0) section.current?.scrollIntoView({ block: 'nearest' })
  }, [chosen])
  if (list.length === 0) return null
  const isBusy = list.some(isUnderWay)
  const done = list.filter(({ state }) => state.is === 'done').length
  const shown = shownFirst(list)
  return (
    // Not under the navigation, which is at the foot of a phone.
    <section ref={section} aria-label="Your files" className="mt-6 scroll-mb-24 sm:scroll-mb-4">
      {!isBusy && done > 0 && owner !== undefined && <Thanks owner={owner} count={done} />}
      <UploadProgress list={list} arrived="sent" />
      <ul className="mt-4 divide-y divide-line rounded-md border border-line bg-surface">
        {shown.map((upload) => (
          <UploadRow key={upload.key} upload={upload} queue={queue} arrived="Sent" />
        ))}
      </ul>
      {shown.length < list.length && (
        <p className="mt-2 text-sm text-muted">
          And {formatCount(list.length - shown.length, 'more file')}.
        </p>
      )}
    </section>
  )
}

function Thanks({ owner, count }: { owner: string; count: number }) {
  return (
    <div className="mb-6 flex items-center gap-3 rounded-md bg-accent-soft p-4">
      <CircleCheck aria-hidden className="size-6 shrink-0 text-accent" />
      <div className="min-w-0">
        <p role="status" className="font-semibold break-words">
          {owner} has {formatCount(count, 'file')} from you
        </p>
        <p className="text-sm">Thank you. You can close this page.</p>
      </div>
    </div>
  )
}
