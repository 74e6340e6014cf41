/** What came of a computer that asked to be let in. */
import { TextLink } from '@/components/text-link'
import { paths } from '@/lib/paths'
import { DeviceFrame } from './device-frame'
import type { Decided } from './device-page'

/** Says what happens now, and how to take it back. */
export function DeviceDecided({ decided: { allowed, name } }: { decided: Decided }) {
  if (!allowed)
    return (
      <DeviceFrame title="It stays outside" outcome>
        <p className="mt-2 text-base text-muted">
          <bdi>{name}</bdi> was refused and has got nothing. If somebody sent you its code, do not
          answer them.
        </p>
      </DeviceFrame>
    )
  return (
    <DeviceFrame title="It is let in" outcome>
      <p className="mt-2 text-base text-muted">
        Go back to <bdi>{name}</bdi>: the command goes on by itself in a few seconds. You can close
        this page.
      </p>
      <p className="mt-4 text-sm text-muted">
        To put it out again, run <code className="font-mono">sharesync logout</code> there, or
        revoke its token in your <TextLink to={paths.settings}>settings</TextLink>.
      </p>
    </DeviceFrame>
  )
}
