/** What the page about letting a computer in asks of the server. */
import { queryOptions } from '@tanstack/react-query'
import { api, unwrap } from '@/api/client'

/** The computer that shows a code. Asked once: each question counts as a try at a code. */
export function deviceQuery(code: string) {
  return queryOptions({
    queryKey: ['device-login', code],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET('/api/device-logins/{user_code}', {
          params: { path: { user_code: code } },
          signal,
        }),
      ),
    staleTime: Infinity,
    gcTime: 0,
    retry: false,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  })
}
