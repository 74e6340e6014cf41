/** What a person sets for their account. */
import { SessionsCard } from './sessions-card'

/** The page. */
export function SettingsPage() {
  return (
    <>
      <title>Settings · ShareSync</title>
      <h1 className="text-xl font-semibold">Settings</h1>
      <div className="mt-6 max-w-2xl">
        <SessionsCard />
      </div>
    </>
  )
}
