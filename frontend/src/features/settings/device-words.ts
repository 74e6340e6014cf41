/** What a program called itself when somebody signed in, as a person would say it. */
import { parse } from 'bowser'

/** Where a session is. */
export interface DeviceWords {
  /** `Firefox on Linux`; what it said itself, where that is no browser's way. */
  readonly name: string
  /** Which picture stands for it. */
  readonly kind: 'desktop' | 'handheld' | 'program'
}

/** Reads a `User-Agent`. */
export function deviceWords(userAgent: string): DeviceWords {
  if (userAgent === '') return { name: 'Unknown program', kind: 'program' }
  const { browser, os, platform } = parse(userAgent)
  // Every browser says that it is a Mozilla (RFC 9110 has the story), and hardly anything else does.
  if (!browser.name || !userAgent.startsWith('Mozilla/'))
    return { name: userAgent, kind: 'program' }
  const handheld = platform.type === 'mobile' || platform.type === 'tablet'
  return {
    name: os.name ? `${browser.name} on ${os.name}` : browser.name,
    kind: handheld ? 'handheld' : 'desktop',
  }
}
