/** Making a link to some files: its rules first, then the link. Used by the library and the upload page. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type SubmitEvent, useState } from 'react'
import { api, unwrap } from '@/api/client'
import type { OwnedShare } from '@/api/types'
import { CopyButton } from '@/components/copy-button'
import { Button } from '@/components/ui/button'
import { CheckLine } from '@/components/ui/check-line'
import { Choice } from '@/components/ui/choice'
import { Dialog } from '@/components/ui/dialog'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { Notice } from '@/components/ui/notice'
import { formatCount } from '@/lib/format'
import { problemWords } from '@/lib/problem-words'
import { refreshLibrary } from './library-queries'
import { linkRequest } from './link-request'
import { shareRules } from './share-rules'

/** How long a link may last, in seconds; an empty value lasts as long as its files. */
const LIFETIMES = [
  { value: '', label: 'As long as the files are kept' },
  { value: '3600', label: 'One hour' },
  { value: '86400', label: 'One day' },
  { value: '259200', label: 'Three days' },
  { value: '604800', label: 'One week' },
]

interface ShareDialogProps {
  /** The files to share; the dialog is open while there are some. */
  files: readonly { id: string; name: string }[]
  onClose: () => void
}

/** The dialog. */
export function ShareDialog({ files, onClose }: ShareDialogProps) {
  const [first] = files
  const subject = files.length === 1 && first ? first.name : formatCount(files.length, 'file')
  return (
    <Dialog
      open={files.length > 0}
      onClose={onClose}
      title="Create link"
      description={`Whoever has the link can download ${subject}.`}
    >
      <ShareSteps fileIds={files.map(({ id }) => id)} onDone={onClose} />
    </Dialog>
  )
}

function ShareSteps({ fileIds, onDone }: { fileIds: string[]; onDone: () => void }) {
  const queries = useQueryClient()
  const create = useMutation({
    mutationFn: (rules: FormData) =>
      unwrap(api.POST('/api/shares', { body: linkRequest(fileIds, rules) })),
    onSuccess: () => refreshLibrary(queries),
  })
  if (create.data) return <Result share={create.data} onDone={onDone} />
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    create.mutate(new FormData(event.currentTarget))
  }
  return (
    <form onSubmit={submit} className="flex flex-col gap-6">
      {create.error && <Notice tone="danger">{problemWords(create.error)}</Notice>}
      <Choice label="Link works for" name="expires_in" options={LIFETIMES} />
      <Field
        label="Password (optional)"
        name="password"
        autoComplete="off"
        spellCheck={false}
        autoCapitalize="none"
        hint="Tell it some other way than the link."
      />
      <Field
        label="Download limit (optional)"
        name="max_downloads"
        type="number"
        inputMode="numeric"
        min={1}
        max={1_000_000}
        hint="How often each file can be downloaded."
      />
      <CheckLine
        label="Mail me when a file was fetched"
        name="notify"
        hint="The first time somebody fetches it by this link."
      />
      <Button type="submit" disabled={create.isPending}>
        Create link
      </Button>
    </form>
  )
}

function Result({ share, onDone }: { share: OwnedShare; onDone: () => void }) {
  const [selected, setSelected] = useState(false)
  return (
    <div className="flex flex-col gap-6">
      <div className="flex flex-col gap-2 sm:flex-row">
        <Input
          readOnly
          aria-label="Share link"
          value={share.url}
          // The whole of it at the first press; a second one may place the cursor.
          onFocus={(event) => {
            if (!selected) event.currentTarget.select()
            setSelected(true)
          }}
        />
        <CopyButton text={share.url} />
      </div>
      <p role="status" className="text-sm text-muted">
        The link is ready. {shareRules(share)}.
      </p>
      <Button variant="secondary" onClick={onDone}>
        Done
      </Button>
    </div>
  )
}
