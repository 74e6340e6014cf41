/** Where a stranger says who they are and chooses files for whoever asks. */
import { useState } from 'react'
import type { SentFile } from '@/api/types'
import { DropZone } from '@/components/drop-zone'
import { FolderButton } from '@/components/folder-button'
import { Field } from '@/components/ui/field'
import { Notice } from '@/components/ui/notice'
import { useToast } from '@/components/ui/toast-context'
import type { Chosen } from '@/lib/dropped-files'
import { formatCount } from '@/lib/format'
import type { UploadLimits } from '@/lib/uploads/upload-limits'
import type { UploadQueue } from '@/lib/uploads/upload-queue'

/** As many characters as the server takes. */
const LONGEST_NAME = 100

interface AnswerFormProps {
  slug: string
  owner: string
  queue: UploadQueue<SentFile>
  limits: UploadLimits
  /** What lets files in, where a password is asked for. */
  pass: string | null
  /** Whether no more are taken than are on their way. */
  isFull: boolean
  /** Called when some were chosen, once they are in the queue. */
  onChosen: () => void
}

/** The name first: what is chosen goes at once, and under it. */
export function AnswerForm(props: AnswerFormProps) {
  const { slug, owner, queue, limits, pass, isFull, onChosen } = props
  const [name, setName] = useState('')
  const toast = useToast()
  const add = ({ files, unreadable }: Chosen) => {
    if (unreadable > 0) toast({ title: `${formatCount(unreadable, 'file')} could not be read.` })
    const answer = { slug, sender: name.trim() || null, pass }
    const adding = queue.add(
      files.map(({ file }) => file),
      limits,
      // Files of a folder come without it; two that are called alike are told apart by it.
      { answer, paths: new Map(files.map(({ file, path }) => [file, path])) },
    )
    void adding.then(([first, ...more]) => {
      onChosen()
      if (!first) return
      const what =
        more.length === 0 ? `${first.name} is` : `${formatCount(more.length + 1, 'file')} are`
      toast({ title: `${what} being sent already.` })
    })
  }
  return (
    <>
      <Field
        label="Your name (optional)"
        autoComplete="name"
        maxLength={LONGEST_NAME}
        hint={`So that ${owner} sees who sent what.`}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      {isFull ? (
        <Notice className="mt-6">These are all the files that were asked for.</Notice>
      ) : (
        <>
          <DropZone
            label={`Choose files to send to ${owner}`}
            onFiles={add}
            className="mt-6 min-h-48 py-6"
          >
            <span className="mt-4 text-lg font-semibold">Drop files here</span>
            <span className="mt-1 text-sm text-muted">or press to choose them</span>
          </DropZone>
          <div className="mt-1 flex justify-end">
            <FolderButton onFiles={add} />
          </div>
        </>
      )}
    </>
  )
}
