/** Who is signed in, how much they store, and the way out; or the way in. In the header. */
import { ChartColumn, CircleUser, LogOut, Settings } from 'lucide-react'
import { Link, useLocation, useNavigate } from 'react-router'
import { useMe, useSessionState } from '@/api/account'
import { session } from '@/api/session'
import { Button } from '@/components/ui/button'
import { Menu, MenuItem, MenuLabel, MenuSeparator } from '@/components/ui/menu'
import { Progress } from '@/components/ui/progress'
import { useToast } from '@/components/ui/toast-context'
import { formatBytes } from '@/lib/format'
import { paths } from '@/lib/paths'
import { problemWords } from '@/lib/problem-words'
import { administers } from '@/lib/roles'

/** A link to the sign-in page, or the account's menu. */
export function AccountMenu() {
  const state = useSessionState()
  const { pathname } = useLocation()
  if (state === 'signed-in') return <SignedIn />
  const signingIn = pathname === paths.signIn || pathname === paths.register
  // Until the cookie has been tried there is nothing true to show.
  if (state === 'unknown' || signingIn) return null
  return (
    <Button asChild variant="secondary" size="sm">
      <Link to={paths.signIn}>Sign in</Link>
    </Button>
  )
}

function SignedIn() {
  const { data: me } = useMe()
  const toast = useToast()
  const navigate = useNavigate()

  const signOut = async () => {
    // Where a page needs a session, its gate then leads to signing in.
    try {
      await session.signOut()
    } catch (error) {
      toast({ title: 'You are still signed in.', description: problemWords(error), tone: 'danger' })
    }
  }

  return (
    <Menu
      trigger={
        <Button variant="quiet" size="sm" aria-label={me ? `Account: ${me.username}` : 'Account'}>
          <CircleUser aria-hidden />
          <span className="hidden max-w-32 truncate lg:block">{me?.username}</span>
        </Button>
      }
    >
      {me && (
        <MenuLabel>
          <p className="font-medium">{me.username}</p>
          <p className="text-muted">{me.email}</p>
          <Progress label="Storage used" value={me.used} max={me.quota} className="mt-3 mb-2" />
          <p className="text-xs text-muted">
            {formatBytes(me.used)} of {formatBytes(me.quota)} used
          </p>
        </MenuLabel>
      )}
      <MenuSeparator />
      {administers(me) && (
        <MenuItem onSelect={() => void navigate(paths.admin)}>
          <ChartColumn aria-hidden />
          Administration
        </MenuItem>
      )}
      <MenuItem onSelect={() => void navigate(paths.settings)}>
        <Settings aria-hidden />
        Settings
      </MenuItem>
      <MenuItem onSelect={() => void signOut()}>
        <LogOut aria-hidden />
        Sign out
      </MenuItem>
    </Menu>
  )
}
