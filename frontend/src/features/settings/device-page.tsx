/** Where somebody lets the command on a computer in (RFC 8628): by the code that it shows, typed or brought along (`?code=`). */
import { useQuery } from '@tanstack/react-query'
import { type SubmitEvent, useState } from 'react'
import { useSearchParams } from 'react-router'
import { ProblemError } from '@/api/problem'
import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { Notice } from '@/components/ui/notice'
import { Skeleton } from '@/components/ui/skeleton'
import { problemWords } from '@/lib/problem-words'
import { DeviceDecided } from './device-decided'
import { DeviceFrame } from './device-frame'
import { deviceQuery } from './device-query'
import { DeviceQuestion } from './device-question'

/** What was decided, about which computer. */
export interface Decided {
  readonly allowed: boolean
  readonly name: string
}

/** The page. */
export function DevicePage() {
  const [parameters, setParameters] = useSearchParams()
  const [decided, setDecided] = useState<Decided>()
  const code = parameters.get('code') ?? ''
  const query = useQuery({ ...deviceQuery(code), enabled: code !== '' && !decided })
  if (decided) return <DeviceDecided decided={decided} />
  if (query.data)
    return <DeviceQuestion login={query.data} seenAt={query.dataUpdatedAt} onDecided={setDecided} />
  if (query.isLoading)
    return (
      <DeviceFrame title="Let a computer in">
        <Skeleton className="mt-8 h-40" />
      </DeviceFrame>
    )
  const look = (typed: string) => {
    if (typed === code) void query.refetch()
    else setParameters({ code: typed }, { replace: true })
  }
  return <CodeForm typed={code} error={query.error} onCode={look} />
}

interface CodeFormProps {
  /** The code that was tried. */
  typed: string
  /** Why it leads nowhere. */
  error: Error | null
  onCode: (code: string) => void
}

function CodeForm({ typed, error, onCode }: CodeFormProps) {
  const isUnknown = error instanceof ProblemError && error.status === 404
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    const code = new FormData(event.currentTarget).get('code')
    if (typeof code === 'string' && code.trim() !== '') onCode(code.trim().toUpperCase())
  }
  return (
    <DeviceFrame title="Let a computer in">
      <p className="mt-2 text-base text-muted">
        Type the code that <code className="font-mono">sharesync login</code> shows in its terminal.
      </p>
      <form onSubmit={submit} className="mt-8 flex flex-col gap-6" noValidate>
        {error && !isUnknown && <Notice tone="danger">{problemWords(error)}</Notice>}
        <Field
          label="Code"
          name="code"
          defaultValue={typed}
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          maxLength={20}
          className="font-mono tracking-widest uppercase"
          hint="Eight letters, such as WDJB-MJHT. They are good for ten minutes."
          error={
            isUnknown
              ? 'No computer waits with this code. It may be too late: run the command again.'
              : undefined
          }
        />
        <Button type="submit">Go on</Button>
      </form>
    </DeviceFrame>
  )
}
