/** What is shown when a page broke or could not be loaded. */
import { isRouteErrorResponse, useRouteError } from 'react-router'
import { ProblemError } from '@/api/problem'
import { MessagePage } from '@/components/message-page'
import { Button } from '@/components/ui/button'
import { problemWords } from '@/lib/problem-words'
import { NotFoundPage } from './not-found-page'

/** Words for what happened, and another attempt. */
export function ErrorPage() {
  const error = useRouteError()
  if (isRouteErrorResponse(error) && error.status === 404) return <NotFoundPage />
  return (
    <MessagePage
      title="This page did not open"
      action={<Button onClick={() => window.location.reload()}>Try again</Button>}
    >
      {error instanceof ProblemError
        ? problemWords(error)
        : 'Something in it broke, or a newer version of ShareSync is there now.'}
    </MessagePage>
  )
}
