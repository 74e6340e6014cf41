/** Asks whether to let a computer in: which one, by what code, and what it would be able to do. */
import { useMutation } from '@tanstack/react-query'
import { Check } from 'lucide-react'
import { useMe } from '@/api/account'
import { api, unwrap } from '@/api/client'
import { ProblemError } from '@/api/problem'
import type { DeviceLogin } from '@/api/types'
import { Button } from '@/components/ui/button'
import { Notice } from '@/components/ui/notice'
import { formatRelative } from '@/lib/format'
import { problemWords } from '@/lib/problem-words'
import { DeviceFrame } from './device-frame'
import type { Decided } from './device-page'
import { SCOPE_WORDS } from './token-request'

interface DeviceQuestionProps {
  login: DeviceLogin
  /** When the server told of it (milliseconds since the Unix epoch). */
  seenAt: number
  onDecided: (decided: Decided) => void
}

/** Nothing happens before somebody has compared the code and chosen (RFC 8628 §5.4). */
export function DeviceQuestion({ login, seenAt, onDecided }: DeviceQuestionProps) {
  const { data: me } = useMe()
  const decide = useMutation({
    mutationFn: (allowed: boolean) => {
      const params = { path: { user_code: login.user_code } }
      return unwrap(
        allowed
          ? api.POST('/api/device-logins/{user_code}/approve', { params })
          : api.POST('/api/device-logins/{user_code}/deny', { params }),
      )
    },
    onSuccess: (_, allowed) => onDecided({ allowed, name: login.name }),
  })
  return (
    <DeviceFrame title="Let this computer in?" outcome>
      <dl className="mt-6 flex flex-col gap-4 rounded-md border border-line bg-surface p-4 sm:p-6">
        <div>
          <dt className="text-sm text-muted">It calls itself</dt>
          <dd className="text-base font-medium break-words">
            <bdi>{login.name}</bdi>
          </dd>
        </div>
        <div>
          <dt className="text-sm text-muted">Its terminal must show this code</dt>
          <dd className="font-mono text-xl font-semibold tracking-widest">{login.user_code}</dd>
        </div>
        <div>
          <dt className="text-sm text-muted">Asked</dt>
          <dd className="text-sm">{origin(login, seenAt)}</dd>
        </div>
        <div>
          <dt className="text-sm text-muted">
            Until you revoke it, it may{me ? `, as ${me.username}` : ''}
          </dt>
          <dd>
            <ul className="mt-1 flex flex-col gap-1 text-sm">
              {login.scopes.map((scope) => (
                <li key={scope} className="flex items-start gap-2">
                  <Check aria-hidden className="mt-0.5 size-4 shrink-0 text-muted" />
                  {SCOPE_WORDS[scope]}
                </li>
              ))}
            </ul>
          </dd>
        </div>
      </dl>
      <Notice className="mt-4">
        Allow it only if you have just run <code className="font-mono">sharesync login</code> there
        yourself. Whoever sent you this page or a code wants to get at your files.
      </Notice>
      {decide.error && (
        <Notice tone="danger" className="mt-4">
          {isOver(decide.error)
            ? 'That is over: it took too long, or was decided elsewhere. Run the command again.'
            : problemWords(decide.error)}
        </Notice>
      )}
      <div className="mt-6 flex flex-col gap-2 sm:flex-row">
        <Button disabled={decide.isPending} onClick={() => decide.mutate(true)}>
          The code is the same: allow it
        </Button>
        <Button
          variant="secondary"
          disabled={decide.isPending}
          onClick={() => decide.mutate(false)}
        >
          Refuse it
        </Button>
      </div>
    </DeviceFrame>
  )
}

function origin({ created_at, same_network }: DeviceLogin, now: number): string {
  const place = same_network
    ? 'from the network that you are on'
    : 'from another network than yours'
  return `${formatRelative(created_at, now)}, ${place}`
}

function isOver(error: unknown): boolean {
  return error instanceof ProblemError && error.status === 404
}
