/** An address that leads nowhere. */
import { Link } from 'react-router'
import { MessagePage } from '@/components/message-page'
import { Button } from '@/components/ui/button'
import { paths } from '@/lib/paths'

/** Says so, and offers the way home. */
export function NotFoundPage() {
  return (
    <MessagePage
      title="Nothing at this address"
      action={
        <Button asChild>
          <Link to={paths.home}>Go to the start</Link>
        </Button>
      }
    >
      The address may be mistyped, or what was here is gone.
    </MessagePage>
  )
}
