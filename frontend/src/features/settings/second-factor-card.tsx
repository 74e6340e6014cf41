/** A second factor for signing in: whether there is one, and the ways to have one and to have none. */
import { useState } from 'react'
import { useMe } from '@/api/account'
import { Badge } from '@/components/ui/badge'
import { Button } from '@/components/ui/button'
import { Card, CardDescription, CardTitle } from '@/components/ui/card'
import { SecondFactorDialog } from './second-factor-dialog'
import { SetUpDialog } from './set-up-dialog'

type Opened = 'set-up' | 'codes' | 'off'

/** The sheet of the settings about the second factor. */
export function SecondFactorCard() {
  const { data: me } = useMe()
  const [opened, setOpened] = useState<Opened>()
  if (!me) return null
  const close = () => setOpened(undefined)
  return (
    <Card aria-labelledby="second-factor">
      <div className="flex items-center gap-3">
        <CardTitle id="second-factor">Second factor</CardTitle>
        {me.second_factor && <Badge tone="accent">On</Badge>}
      </div>
      <CardDescription>
        {me.second_factor
          ? 'Signing in takes a code of your authenticator, too.'
          : 'Have signing in ask for a code of an authenticator on your phone, too.'}
      </CardDescription>
      <div className="mt-4 flex flex-wrap gap-2">
        {me.second_factor ? (
          <>
            <Button variant="secondary" onClick={() => setOpened('codes')}>
              New recovery codes
            </Button>
            <Button variant="danger" onClick={() => setOpened('off')}>
              Turn off
            </Button>
          </>
        ) : (
          <Button variant="secondary" onClick={() => setOpened('set-up')}>
            Set up
          </Button>
        )}
      </div>
      {opened === 'set-up' && <SetUpDialog withPassword={me.has_password} onClose={close} />}
      {(opened === 'codes' || opened === 'off') && (
        <SecondFactorDialog wanted={opened} onClose={close} />
      )}
    </Card>
  )
}
