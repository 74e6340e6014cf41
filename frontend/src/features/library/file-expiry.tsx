/** Until when a file is kept, in its panel, and the way to change that. */
import { useMutation } from '@tanstack/react-query'
import { type SubmitEvent, useState } from 'react'
import { useMe } from '@/api/account'
import type { FileSummary, Me } from '@/api/types'
import { Button } from '@/components/ui/button'
import { Choice } from '@/components/ui/choice'
import { Dialog } from '@/components/ui/dialog'
import { Notice } from '@/components/ui/notice'
import { useToast } from '@/components/ui/toast-context'
import { problemWords } from '@/lib/problem-words'
import { changeChoices, type ChangedLifetime, changedLifetimeOf, keptUntil } from './expiry'
import { useFileActions } from './use-file-actions'

interface FileExpiryProps {
  file: FileSummary
  /** When that was known of it: milliseconds since the epoch. */
  now: number
}

/** When it expires, and what can be done about it. */
export function FileExpiry({ file, now }: FileExpiryProps) {
  const { data: me } = useMe()
  const [changing, setChanging] = useState(false)
  const change = useChange(file, () => undefined)
  const toast = useToast()
  const keep = () =>
    change.mutate('keep', {
      onError: (error) =>
        toast({
          title: `${file.name} could not be kept.`,
          description: problemWords(error),
          tone: 'danger',
        }),
    })
  const isKept = typeof file.expires_at !== 'number'
  return (
    <div>
      {keptUntil(file, now)}
      {me && (
        <div className="-ms-3 -mb-1.5 flex">
          {me.may_keep && !isKept && (
            <Button variant="quiet" size="sm" disabled={change.isPending} onClick={keep}>
              Keep
            </Button>
          )}
          <Button variant="quiet" size="sm" onClick={() => setChanging(true)}>
            Change
          </Button>
          <Dialog
            open={changing}
            onClose={() => setChanging(false)}
            title="When it expires"
            description={`${file.name} goes to the trash then, and no link leads to it any more.`}
          >
            <ChangeForm file={file} me={me} onDone={() => setChanging(false)} />
          </Dialog>
        </div>
      )}
    </div>
  )
}

interface ChangeFormProps {
  file: FileSummary
  me: Me
  onDone: () => void
}

function ChangeForm({ file, me, onDone }: ChangeFormProps) {
  const [now] = useState(() => Date.now())
  const change = useChange(file, onDone)
  const choices = changeChoices(file, me, now)
  if (choices.length === 0)
    return <Notice>Your account may not have this file for any longer.</Notice>
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    const chosen = new FormData(event.currentTarget).get('expires') as string
    change.mutate(changedLifetimeOf(chosen))
  }
  return (
    <form onSubmit={submit} className="flex flex-col gap-6">
      {change.error && <Notice tone="danger">{problemWords(change.error)}</Notice>}
      {/* Saved without a look, it takes nothing away. */}
      <Choice
        label="Expires"
        name="expires"
        options={choices}
        defaultValue={choices.at(-1)?.value}
      />
      <Button type="submit" disabled={change.isPending}>
        Save
      </Button>
    </form>
  )
}

function useChange(file: FileSummary, onDone: () => void) {
  const { expire } = useFileActions()
  const toast = useToast()
  return useMutation({
    mutationFn: (lifetime: ChangedLifetime) => expire(file, lifetime),
    onSuccess: (_, lifetime) => {
      toast({
        title:
          lifetime === 'keep'
            ? `${file.name} is kept until you delete it.`
            : `${file.name} expires then.`,
      })
      onDone()
    },
  })
}
