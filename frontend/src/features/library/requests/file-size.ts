/** How large files may be, as one writes it: in MB, of as many bytes as sizes have everywhere here. */

export const MEBIBYTE = 1024 ** 2

/** What a field for megabytes holds that stands for so many bytes. */
export function inMegabytes(bytes: number | null | undefined): string {
  // No more digits than a byte takes.
  return typeof bytes === 'number' ? String(Number((bytes / MEBIBYTE).toFixed(7))) : ''
}
