/** The theme a person chose: kept in the browser, applied to the page. Used by the theme switch. */

/** `system` follows the operating system. */
export type Theme = 'light' | 'dark' | 'system'

/** Read by public/theme.js as well, before the first paint. */
const STORAGE_KEY = 'sharesync-theme'

/** The chosen theme, as public/theme.js applied it. */
export function currentTheme(): Theme {
  const theme = document.documentElement.dataset.theme
  return theme === 'light' || theme === 'dark' ? theme : 'system'
}

/** Applies a theme, and keeps it where the browser allows that. */
export function chooseTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
  try {
    if (theme === 'system') localStorage.removeItem(STORAGE_KEY)
    else localStorage.setItem(STORAGE_KEY, theme)
  } catch {
    // No storage: it holds for this page.
  }
}
