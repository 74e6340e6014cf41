/** How large a page of a PDF is drawn. Asked by the view of pages. */

/** Pixels a page is drawn with at most, whatever it says of its size. */
const MAX_PIXELS = 16 * 1024 * 1024
/** Pixels that some browsers' canvases have at most in either direction. */
const MAX_SIDE = 8192

/** A page `whole` in its own units, on a sheet so wide in CSS pixels. */
export function drawnAt(
  whole: { readonly width: number; readonly height: number },
  sheet: number,
  pixelRatio: number,
): { /** CSS pixels a unit. */ scale: number; /** Drawn pixels a CSS pixel. */ pixels: number } {
  const scale = sheet / whole.width
  const height = whole.height * scale
  const pixels = Math.min(
    pixelRatio,
    Math.sqrt(MAX_PIXELS / (sheet * height)),
    MAX_SIDE / sheet,
    MAX_SIDE / height,
  )
  return { scale, pixels }
}
