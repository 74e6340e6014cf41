/** What a person sets for their account. */
import { useMe } from '@/api/account'
import { AccountCard } from './account-card'
import { PasswordCard } from './password-card'
import { SecondFactorCard } from './second-factor-card'
import { SessionsCard } from './sessions-card'
import { TokensCard } from './tokens-card'

/** The page. */
export function SettingsPage() {
  const { data: me } = useMe()
  return (
    <>
      <title>Settings · ShareSync</title>
      <h1 className="text-xl font-semibold">Settings</h1>
      <div className="mt-6 flex max-w-2xl flex-col gap-6">
        <AccountCard />
        {me?.has_password && <PasswordCard />}
        <SecondFactorCard />
        <SessionsCard />
        <TokensCard />
      </div>
    </>
  )
}
