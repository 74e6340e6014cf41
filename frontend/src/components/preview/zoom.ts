/** How large a picture becomes where it is pressed, and what is then in view. Asked by the view of images. */

interface Size {
  readonly width: number
  readonly height: number
}

/** A picture that is larger than fits, in CSS pixels. */
export interface Zoom {
  readonly width: number
  /** How far it is scrolled. */
  readonly left: number
  readonly top: number
}

interface Press {
  /** The picture as it fits. */
  readonly fitted: Size
  /** Its own width. */
  readonly naturalWidth: number
  /** What it is seen in. */
  readonly frame: Size
  /** Where it was pressed, from 0 to 1. */
  readonly x: number
  readonly y: number
}

/** Its own size, or twice what fits where that is more; what was pressed comes into the middle. */
export function zoomedTo({ fitted, naturalWidth, frame, x, y }: Press): Zoom {
  const width = Math.max(naturalWidth, 2 * fitted.width)
  const height = (width * fitted.height) / fitted.width
  return {
    width,
    left: Math.max(0, x * width - frame.width / 2),
    top: Math.max(0, y * height - frame.height / 2),
  }
}
