/** The API's reference, where people try calls as themselves. */
import { useMe } from '@/api/account'
import { TextLink } from '@/components/text-link'
import { paths, signInPath } from '@/lib/paths'
import { Reference } from './reference'
import { DESCRIPTION } from './tried-request'

/** The page. */
export function DocsPage() {
  const { data: me } = useMe()
  return (
    <>
      <title>API · ShareSync</title>
      <h1 className="text-xl font-semibold">API</h1>
      <p className="mt-2 max-w-2xl text-sm text-muted">
        Whatever these pages do, programs can do as well.{' '}
        <TextLink to={DESCRIPTION} reloadDocument>
          The description for machines
        </TextLink>{' '}
        is in OpenAPI 3.1.
      </p>
      <p className="mt-4 text-sm font-medium">
        {me ? (
          `What you try here is done as ${me.username}, to your own files.`
        ) : (
          <TextLink to={signInPath(paths.docs)}>Sign in to try it as yourself</TextLink>
        )}
      </p>
      <h2 className="sr-only">Calls</h2>
      <Reference />
    </>
  )
}
