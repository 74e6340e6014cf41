/** Tells Swagger UI which theme the page has: it looks for a class. Used by the reference. */
import { useEffect } from 'react'
import { currentTheme } from '@/lib/theme'

const CLASS = 'dark-mode'

/** Keeps the class as long as the component is there. */
export function useDarkClass(): void {
  useEffect(() => {
    const page = document.documentElement
    const system = window.matchMedia('(prefers-color-scheme: dark)')
    const apply = () => {
      const theme = currentTheme()
      page.classList.toggle(CLASS, theme === 'dark' || (theme === 'system' && system.matches))
    }
    const chosen = new MutationObserver(apply)
    chosen.observe(page, { attributeFilter: ['data-theme'] })
    system.addEventListener('change', apply)
    apply()
    return () => {
      chosen.disconnect()
      system.removeEventListener('change', apply)
      page.classList.remove(CLASS)
    }
  }, [])
}
