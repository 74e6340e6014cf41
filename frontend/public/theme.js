// Applies the chosen theme before the first paint. A file of its own, since the content security
// policy forbids inline scripts. lib/theme.ts writes what this reads.
try {
  const theme = localStorage.getItem('sharesync-theme')
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
} catch {
  // No storage: the system's theme.
}
