/** What a link leads to as lines: files by themselves first, then each folder with what lies in it. */
import type { SharedFile } from '@/api/types'

/** A folder's name, or a file; `depth` is how many folders it lies in. */
export type TreeLine =
  | { kind: 'folder'; path: string; name: string; depth: number }
  | { kind: 'file'; file: SharedFile; depth: number }

/** The lines from above to below; a folder that only holds others has one, too. */
export function treeLines(files: readonly SharedFile[]): TreeLine[] {
  const byPath = new Map<string, SharedFile[]>()
  for (const file of files) {
    const path = file.path ?? ''
    const beside = byPath.get(path)
    if (beside) beside.push(file)
    else byPath.set(path, [file])
  }
  const lines: TreeLine[] = []
  const told = new Set<string>()
  for (const path of [...byPath.keys()].sort(byFolder)) {
    const steps = stepsOf(path)
    for (const [index, name] of steps.entries()) {
      const above = steps.slice(0, index + 1).join('/')
      if (told.has(above)) continue
      told.add(above)
      lines.push({ kind: 'folder', path: above, name, depth: index })
    }
    for (const file of byPath.get(path) ?? []) {
      lines.push({ kind: 'file', file, depth: steps.length })
    }
  }
  return lines
}

function stepsOf(path: string): string[] {
  return path === '' ? [] : path.split('/')
}

const NAMES = new Intl.Collator('en', { numeric: true })

/** Name by name, so that what lies in a folder follows it. */
function byFolder(a: string, b: string): number {
  const [left, right] = [stepsOf(a), stepsOf(b)]
  for (const [index, name] of left.entries()) {
    const other = right[index]
    if (other === undefined) return 1
    // Names that only look alike are folders of their own.
    const order = NAMES.compare(name, other) || (name < other ? -1 : name > other ? 1 : 0)
    if (order !== 0) return order
  }
  return left.length - right.length
}
