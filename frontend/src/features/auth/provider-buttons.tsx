/** The providers of identities that this server takes, to sign in or register with. */
import { useMutation } from '@tanstack/react-query'
import { useSearchParams } from 'react-router'
import { useServerInfo } from '@/api/account'
import { api, unwrap } from '@/api/client'
import { Button } from '@/components/ui/button'
import { Notice } from '@/components/ui/notice'
import { problemWords } from '@/lib/problem-words'

/** A button for each, and nothing where there are none. */
export function ProviderButtons() {
  const { data: server } = useServerInfo()
  const [parameters] = useSearchParams()
  const next = parameters.get('next')
  const begin = useMutation({
    mutationFn: (provider: string) =>
      unwrap(api.POST('/api/auth/{provider}', { params: { path: { provider } }, body: { next } })),
    onSuccess: ({ authorization_url }) => window.location.assign(authorization_url),
  })
  if (!server || server.providers.length === 0) return null
  return (
    <div className="mt-6 flex flex-col gap-3">
      <p className="flex items-center gap-3 text-sm text-muted before:h-px before:grow before:bg-line after:h-px after:grow after:bg-line">
        or
      </p>
      {begin.error && <Notice tone="danger">{problemWords(begin.error)}</Notice>}
      {server.providers.map(({ name, label }) => (
        <Button
          key={name}
          variant="secondary"
          // The page is left once it is known for where.
          disabled={begin.isPending || begin.isSuccess}
          onClick={() => begin.mutate(name)}
        >
          Continue with {label}
        </Button>
      ))}
    </div>
  )
}
