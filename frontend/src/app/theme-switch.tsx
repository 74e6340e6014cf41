/** Light, dark, or whatever the system says. In the header. */
import { Monitor, Moon, Sun } from 'lucide-react'
import { useState } from 'react'
import { Button } from '@/components/ui/button'
import { Menu, MenuRadioGroup, MenuRadioItem } from '@/components/ui/menu'
import { chooseTheme, currentTheme, type Theme } from '@/lib/theme'

const THEMES = [
  { theme: 'light', label: 'Light', Icon: Sun },
  { theme: 'dark', label: 'Dark', Icon: Moon },
  { theme: 'system', label: 'System', Icon: Monitor },
] as const

/** A button with the theme's sign, and the three choices under it. */
export function ThemeSwitch() {
  const [theme, setTheme] = useState(currentTheme)
  const choose = (value: string) => {
    chooseTheme(value as Theme)
    setTheme(value as Theme)
  }
  const { Icon } = THEMES.find((one) => one.theme === theme) ?? THEMES[2]
  return (
    <Menu
      trigger={
        <Button variant="quiet" size="icon" aria-label="Theme">
          <Icon aria-hidden />
        </Button>
      }
    >
      <MenuRadioGroup value={theme} onValueChange={choose}>
        {THEMES.map((one) => (
          <MenuRadioItem key={one.theme} value={one.theme}>
            <one.Icon aria-hidden />
            {one.label}
          </MenuRadioItem>
        ))}
      </MenuRadioGroup>
    </Menu>
  )
}
