/** The addresses of pages, so that no component spells one out. */

export const paths = {
  home: '/',
  upload: '/upload',
  files: '/files',
  trash: '/trash',
  requests: '/requests',
  handedIn: '/handed-in',
  p2p: '/p2p',
  signIn: '/sign-in',
  secondFactor: '/sign-in/second-factor',
  signedIn: '/sign-in/done',
  register: '/register',
  checkMail: '/check-mail',
  verifyEmail: '/verify-email',
  forgotPassword: '/forgot-password',
  resetPassword: '/reset-password',
  settings: '/settings',
  admin: '/admin',
  /** The server tells it to computers. */
  device: '/device',
  docs: '/docs',
} as const

/** A folder of the library; `null`: what lies in none. */
export function folderPath(id: string | null): string {
  return id === null ? paths.files : `${paths.files}/${id}`
}

/** The sign-in page, coming back to `next` afterwards. */
export function signInPath(next: string): string {
  return `${paths.signIn}?${new URLSearchParams({ next }).toString()}`
}

/**
 * Where to go after signing in: a page of this site, whatever the address says. `//host`, `/\host`
 * and `javascript:` all lead elsewhere.
 */
export function safeNext(next: string | null): string {
  if (next?.startsWith('/') !== true) return paths.files
  const url = new URL(next, window.location.origin)
  return url.origin === window.location.origin && !next.includes('\\')
    ? url.pathname + url.search
    : paths.files
}
