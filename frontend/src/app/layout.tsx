/** The frame around every page: header, navigation, main part. */
import { FolderOpen, Inbox, type LucideIcon, Send, Upload } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { Link, NavLink, Outlet, ScrollRestoration, useLocation, useNavigation } from 'react-router'
import { useMe } from '@/api/account'
import type { Role } from '@/api/types'
import { LogoMark } from '@/components/logo'
import { cn } from '@/lib/class-names'
import { paths } from '@/lib/paths'
import { dealsInHandIns, hasLibrary } from '@/lib/roles'
import { AccountMenu } from './account-menu'
import { ThemeSwitch } from './theme-switch'

interface Destination {
  to: string
  label: string
  Icon: LucideIcon
  /** Whom it is for; absent where it is for all. */
  isFor?: (account: { role: Role } | undefined) => boolean
}

const DESTINATIONS: readonly Destination[] = [
  { to: paths.p2p, label: 'Send', Icon: Send },
  { to: paths.upload, label: 'Upload', Icon: Upload },
  { to: paths.files, label: 'Files', Icon: FolderOpen, isFor: hasLibrary },
  { to: paths.handedIn, label: 'Handed in', Icon: Inbox, isFor: dealsInHandIns },
]

/** The frame; pages appear in its main part. */
export function Layout() {
  const main = useFocusOnNavigation()
  const loading = useNavigation().state === 'loading'
  return (
    <div className="flex min-h-dvh flex-col">
      <a
        href="#main"
        className="fixed start-4 top-2 z-50 -translate-y-20 rounded-md bg-accent px-4 py-3 text-sm font-medium text-on-accent transition focus:translate-y-0"
      >
        Skip to content
      </a>
      <header className="border-b border-line bg-surface">
        <div className="mx-auto flex h-16 w-full max-w-7xl items-center gap-2 px-4 sm:gap-4 sm:px-8 lg:gap-8">
          <Link
            to={paths.home}
            className="flex items-center gap-2 rounded-md text-lg font-semibold"
          >
            <LogoMark />
            ShareSync
          </Link>
          <Navigation />
          <div className="ms-auto flex items-center gap-1">
            <ThemeSwitch />
            <AccountMenu />
          </div>
        </div>
      </header>
      <main
        id="main"
        ref={main}
        tabIndex={-1}
        aria-busy={loading}
        className={cn(
          'mx-auto w-full max-w-7xl flex-1 px-4 pt-6 pb-28 outline-none sm:px-8 sm:pt-12 sm:pb-16',
          loading && 'opacity-60 transition-opacity delay-150',
        )}
      >
        <Outlet />
      </main>
      <ScrollRestoration />
    </div>
  )
}

/** Within a thumb's reach at the foot of a phone's screen, in the header of any other. */
function Navigation() {
  const { data: me } = useMe()
  const destinations = DESTINATIONS.filter(({ isFor }) => isFor?.(me) ?? true)
  return (
    <nav
      aria-label="Main"
      className="fixed inset-x-0 bottom-0 z-30 flex border-t border-line bg-surface pb-[env(safe-area-inset-bottom)] sm:static sm:border-0 sm:pb-0"
    >
      {destinations.map(({ to, label, Icon }) => (
        <NavLink
          key={to}
          to={to}
          className={({ isActive }) =>
            cn(
              'flex h-16 flex-1 flex-col items-center justify-center gap-1 text-xs font-medium transition sm:h-10 sm:flex-none sm:flex-row sm:gap-2 sm:rounded-md sm:px-3 sm:text-sm',
              isActive ? 'text-accent' : 'text-muted hover:text-ink',
            )
          }
        >
          {/* Between a phone and a desk there is room for the words alone. */}
          <Icon aria-hidden className="size-5 sm:size-4 sm:max-lg:hidden" />
          {label}
        </NavLink>
      ))}
    </nav>
  )
}

/** A new page begins at its main part for keyboards and screen readers, too. */
function useFocusOnNavigation() {
  const main = useRef<HTMLElement>(null)
  const { pathname } = useLocation()
  const previous = useRef(pathname)
  useEffect(() => {
    if (previous.current === pathname) return
    previous.current = pathname
    // A page that put the focus into its first field knows better.
    if (!main.current?.contains(document.activeElement)) {
      main.current?.focus({ preventScroll: true })
    }
  }, [pathname])
  return main
}
