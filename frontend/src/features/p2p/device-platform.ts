/** What the page runs on, as a person would say it: it tells devices nearby apart. */

/** What a browser says of itself, and how it is told from others that say the same. */
interface Agent {
  readonly userAgent: string
  readonly maxTouchPoints: number
}

/** In this order: an Android also says that it is a Linux, an iPhone that it is like a Mac. */
const PLATFORMS: readonly (readonly [RegExp, string])[] = [
  [/iPhone|iPod/, 'iPhone'],
  [/iPad/, 'iPad'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Macintosh/, 'Mac'],
  [/CrOS/, 'Chromebook'],
  [/Linux|X11/, 'Linux'],
]

/** The platform; undefined where it is none of those we know. */
export function devicePlatform({ userAgent, maxTouchPoints }: Agent): string | undefined {
  const platform = PLATFORMS.find(([sign]) => sign.test(userAgent))?.[1]
  // An iPad asks for pages as a Mac does, and there is no Mac that one touches.
  return platform === 'Mac' && maxTouchPoints > 1 ? 'iPad' : platform
}
