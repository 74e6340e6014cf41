/** What pasted text is called as a file. */

/** `Pasted text 2026-11-29 17.03.txt`, in the local time; colons are no part of a name everywhere. */
export function pastedName(at: Date): string {
  const two = (figure: number) => String(figure).padStart(2, '0')
  const day = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join('-')
  return `Pasted text ${day} ${two(at.getHours())}.${two(at.getMinutes())}.txt`
}
