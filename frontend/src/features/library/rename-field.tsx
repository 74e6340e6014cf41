/** The name of a file or folder as a field, in its row: Enter keeps, Escape leaves. */
import { useMutation } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { Button } from '@/components/ui/button'
import { Input } from '@/components/ui/input'
import { problemWords } from '@/lib/problem-words'

interface RenameFieldProps {
  /** What it is called now. */
  current: string
  /** Keeps the new one; what it throws is told. */
  onRename: (name: string) => Promise<unknown>
  /** When it was kept, or the wish given up. */
  onDone: () => void
}

/** The field. */
export function RenameField({ current, onRename, onDone }: RenameFieldProps) {
  const [name, setName] = useState(current)
  const field = useRef<HTMLInputElement>(null)
  const save = useMutation({ mutationFn: () => onRename(name), onSuccess: onDone })

  // The name without its extension is what is mostly changed.
  useEffect(() => {
    const dot = current.lastIndexOf('.')
    field.current?.focus()
    field.current?.setSelectionRange(0, dot > 0 ? dot : current.length)
  }, [current])

  return (
    <form
      className="flex min-w-0 flex-1 flex-wrap items-center gap-2"
      onSubmit={(event) => {
        event.preventDefault()
        if (name === current) onDone()
        else save.mutate()
      }}
    >
      <Input
        ref={field}
        aria-label={`New name for ${current}`}
        aria-invalid={save.isError || undefined}
        value={name}
        onChange={(event) => setName(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') onDone()
        }}
        className="h-10 min-w-40 flex-1"
      />
      <Button type="submit" size="sm" disabled={save.isPending || name === ''}>
        Save
      </Button>
      <Button variant="quiet" size="sm" onClick={onDone}>
        Cancel
      </Button>
      {save.error && (
        <p role="alert" className="w-full text-sm text-danger">
          {problemWords(save.error)}
        </p>
      )}
    </form>
  )
}
