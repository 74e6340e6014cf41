/** Where the files of a request go: a new folder that is called like it, or one that is chosen. */
import { useQuery } from '@tanstack/react-query'
import { Folder, FolderPlus } from 'lucide-react'
import { Button } from '@/components/ui/button'
import { folderQuery } from '../library-queries'

interface FolderFieldProps {
  /** The folder; `null`: a new one. */
  folderId: string | null
  onChoose: () => void
  onNew: () => void
}

/** What is chosen, and the way to choose otherwise. */
export function FolderField({ folderId, onChoose, onNew }: FolderFieldProps) {
  const { data } = useQuery({ ...folderQuery(folderId ?? ''), enabled: folderId !== null })
  const Icon = folderId === null ? FolderPlus : Folder
  return (
    <div role="group" aria-labelledby="request-folder" className="flex flex-col gap-2">
      <p id="request-folder" className="text-sm font-medium">
        Files go to
      </p>
      <div className="flex flex-wrap items-center gap-2 rounded-md border border-line py-1.5 ps-3 pe-1.5">
        <Icon aria-hidden className="size-5 shrink-0 fill-accent-soft text-accent" />
        <p className="min-w-24 flex-1 text-sm break-words" aria-live="polite">
          {folderId === null
            ? 'A new folder called like the request'
            : (data?.name ?? 'Its folder')}
        </p>
        <div className="flex">
          {folderId !== null && (
            <Button variant="quiet" size="sm" onClick={onNew}>
              New folder
            </Button>
          )}
          <Button variant="quiet" size="sm" onClick={onChoose}>
            Choose folder
          </Button>
        </div>
      </div>
    </div>
  )
}
