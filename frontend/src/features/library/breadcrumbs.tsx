/** The way from the top of the library to where one is. The last step is the page's heading. */
import { ChevronRight } from 'lucide-react'
import { Link } from 'react-router'
import type { FolderDetails } from '@/api/types'
import { cn } from '@/lib/class-names'
import { folderPath } from '@/lib/paths'
import type { useRowDrag } from './use-row-drag'

interface BreadcrumbsProps {
  /** The folder; absent at the top, and while it is on its way. */
  folder: FolderDetails | undefined
  isTop: boolean
  /** Rows can be dropped on the steps before. */
  drag: ReturnType<typeof useRowDrag>
}

/** Steps that lead up, then the heading. */
export function Breadcrumbs({ folder, isTop, drag }: BreadcrumbsProps) {
  if (isTop) return <h1 className="text-xl font-semibold">Files</h1>
  const above = [{ id: null, name: 'Files' }, ...(folder?.path.slice(0, -1) ?? [])]
  return (
    <>
      <nav aria-label="Folders above">
        <ol className="-mx-2 flex flex-wrap items-center text-sm text-muted">
          {above.map((step) => (
            <li key={step.id} className="flex min-w-0 items-center">
              <Link
                to={folderPath(step.id)}
                {...drag.target(step)}
                className={cn(
                  'rounded-md px-2 py-1.5 hover:bg-sunken hover:text-ink',
                  drag.over === step.id && 'bg-accent-soft text-ink outline-2 outline-accent',
                )}
              >
                {step.name}
              </Link>
              <ChevronRight aria-hidden className="size-4 shrink-0 rtl:-scale-x-100" />
            </li>
          ))}
        </ol>
      </nav>
      <h1 className="line-clamp-2 min-h-9 text-xl font-semibold">{folder?.name}</h1>
    </>
  )
}
