/** What every page stands on: the cache of the server's state, live updates of it, and passing messages. */
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { type ReactNode, useEffect, useState } from 'react'
import { ProblemError } from '@/api/problem'
import { session } from '@/api/session'
import { ToastProvider } from '@/components/ui/toast'
import { LiveUpdates } from './live-updates'

/** How often a request is repeated before its failure is shown. */
const RETRIES = 2

/** A refusal stays one when asked again; no answer, or a failure of the server's, may pass. */
function worthRetrying(failures: number, error: Error): boolean {
  const transient = error instanceof ProblemError && (error.status === 0 || error.status >= 500)
  return transient && failures < RETRIES
}

/** Wraps the whole program. */
export function Providers({ children }: { children: ReactNode }) {
  const [queries] = useState(
    () =>
      new QueryClient({
        // The server may be on this very machine: whether the browser thinks it is online says nothing.
        defaultOptions: {
          queries: { retry: worthRetrying, staleTime: 10_000, networkMode: 'always' },
          mutations: { networkMode: 'always' },
        },
      }),
  )

  // What one account saw is nothing for the next. Somebody found not to be signed in has seen nothing
  // yet, and what their page has begun to ask must not be dropped.
  useEffect(() => {
    let before = session.state
    return session.watch(() => {
      if (before === 'signed-in' && session.state === 'signed-out') queries.clear()
      before = session.state
    })
  }, [queries])

  return (
    <QueryClientProvider client={queries}>
      <LiveUpdates />
      <ToastProvider>{children}</ToastProvider>
    </QueryClientProvider>
  )
}
