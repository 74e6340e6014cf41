/** A file request that takes nothing now, and why. */
import { Link } from 'react-router'
import { ProblemError } from '@/api/problem'
import { MessagePage } from '@/components/message-page'
import { Button } from '@/components/ui/button'
import { paths } from '@/lib/paths'
import { problemWords } from '@/lib/problem-words'

const ENDED: Partial<Record<string, { title: string; words: string }>> = {
  expired: {
    title: 'This request has ended',
    words: 'It took files until a certain time. Whoever asks can give it more.',
  },
  used_up: {
    title: 'This request has all its files',
    words: 'It took a certain number of them. Whoever asks can have it take more.',
  },
  not_found: {
    title: 'Nobody asks for files here',
    words: 'The request may have been ended by whoever made it, or its link not been copied whole.',
  },
}

/** The page of such a request. */
export function ClosedRequest({ error }: { error: Error }) {
  const code = error instanceof ProblemError ? error.problem?.code : undefined
  const ended = code === undefined ? undefined : ENDED[code]
  return (
    <MessagePage
      title={ended?.title ?? 'This request did not open'}
      action={
        ended ? (
          <Button asChild variant="secondary">
            <Link to={paths.home}>Send a file another way</Link>
          </Button>
        ) : (
          <Button onClick={() => window.location.reload()}>Try again</Button>
        )
      }
    >
      {ended?.words ?? problemWords(error)}
    </MessagePage>
  )
}
