/** The middle of several measurements, which one that went wrong does not move. Used by the benchmark. */

/** Of an even number, halfway between the two in the middle. */
export function median(numbers) {
  return percentile(numbers, 50)
}

/** The value that `percent` percent of them do not exceed, between neighbours by proportion. */
export function percentile(numbers, percent) {
  const sorted = [...numbers].sort((a, b) => a - b)
  const place = ((sorted.length - 1) * percent) / 100
  const [below, above] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]]
  return below + (above - below) * (place % 1)
}
