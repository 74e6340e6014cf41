/** The links in mail: `…#token=…` and `…#invitation=…`, behind which no server and no log sees what follows. */
import { useLayoutEffect } from 'react'
import { useLocation } from 'react-router'
import { ProblemError } from '@/api/problem'

/** What the link brings; empty where it brings none. It leaves the address bar, and the history, as soon as it is read. */
export function useMailedToken(name: 'token' | 'invitation' = 'token'): string {
  // The router goes on knowing the address as it was opened.
  const { hash } = useLocation()
  // Before anything is painted: whoever sees the page does not see the secret.
  useLayoutEffect(() => {
    if (hash === '') return
    const { pathname, search } = window.location
    window.history.replaceState(window.history.state, '', pathname + search)
  }, [hash])
  return new URLSearchParams(hash.slice(1)).get(name) ?? ''
}

/** Whether it was refused because the link was used, is too old, or never was one. */
export function isLinkGone(error: unknown): boolean {
  return error instanceof ProblemError && error.status === 410
}
