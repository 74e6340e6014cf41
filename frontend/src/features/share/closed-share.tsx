/** A link that leads to nothing now, and why. */
import { Link } from 'react-router'
import { ProblemError } from '@/api/problem'
import { MessagePage } from '@/components/message-page'
import { Button } from '@/components/ui/button'
import { paths } from '@/lib/paths'
import { problemWords } from '@/lib/problem-words'

const ENDED: Partial<Record<string, { title: string; words: string }>> = {
  expired: {
    title: 'This link has expired',
    words: 'Whoever sent it can make you a new one.',
  },
  used_up: {
    title: 'This link is used up',
    words:
      'It was good for one person, or for a certain number of downloads. Whoever sent it can make you a new one.',
  },
  not_found: {
    title: 'There is nothing behind this link',
    words: 'It may have been ended by whoever sent it, or not been copied whole.',
  },
}

/** Where it was seen before what it was good for. */
const ONCE = 'It works for one person, each file once. Whoever sent it can make you a new one.'

interface ClosedShareProps {
  error: Error
  /** Whether it is known to work for one person only. */
  oneTime: boolean
}

/** The page of such a link. */
export function ClosedShare({ error, oneTime }: ClosedShareProps) {
  const code = error instanceof ProblemError ? error.problem?.code : undefined
  const ended = code === undefined ? undefined : ENDED[code]
  const words = oneTime && code === 'used_up' ? ONCE : ended?.words
  return (
    <MessagePage
      title={ended?.title ?? 'This link did not open'}
      action={
        ended ? (
          <Button asChild variant="secondary">
            <Link to={paths.home}>Send a file yourself</Link>
          </Button>
        ) : (
          <Button onClick={() => window.location.reload()}>Try again</Button>
        )
      }
    >
      {words ?? problemWords(error)}
    </MessagePage>
  )
}
