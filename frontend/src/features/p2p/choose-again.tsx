/** What an earlier page was sending, and has to be chosen once more before it goes on. */
import { DropZone } from '@/components/drop-zone'
import { FolderButton } from '@/components/folder-button'
import { Card } from '@/components/ui/card'
import type { ChosenFile } from '@/lib/dropped-files'
import { formatCount } from '@/lib/format'
import { ChosenList } from './chosen-list'
import type { OfferedFile } from './engine/control-messages'

/** A browser does not let a page keep files over a reload: only their person can give them again. */
export function ChooseAgain({
  files,
  onAdd,
}: {
  files: readonly OfferedFile[]
  onAdd: (files: readonly ChosenFile[]) => void
}) {
  return (
    <Card aria-label="Files to choose again">
      <DropZone label="Choose files" onFiles={(chosen) => onAdd(chosen.files)} className="min-h-44">
        <span className="font-semibold">Choose the same files again</span>
        <span className="text-sm text-muted">It goes on where it stopped.</span>
      </DropZone>
      {files.some(({ path }) => path !== undefined) && (
        <div className="mt-2 flex justify-center">
          <FolderButton onFiles={(chosen) => onAdd(chosen.files)} />
        </div>
      )}
      <p className="mt-4 text-sm text-muted">{formatCount(files.length, 'file')} to choose</p>
      <ChosenList files={files} />
    </Card>
  )
}
