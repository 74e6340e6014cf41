/** The library: what one keeps here and in which folders, who has links to it, who fetched it. */
import { useQuery } from '@tanstack/react-query'
import { useCallback, useState } from 'react'
import { Navigate, useParams, useSearchParams } from 'react-router'
import { useMe } from '@/api/account'
import { useFileDrop } from '@/components/use-file-drop'
import { Notice } from '@/components/ui/notice'
import { paths } from '@/lib/paths'
import { problemWords } from '@/lib/problem-words'
import { hasLibrary } from '@/lib/roles'
import { entryId, NOTHING, type Picked } from './entry'
import { FileDetailsPanel } from './file-details-panel'
import { FolderContents, ListSkeleton } from './folder-contents'
import { LibraryHead } from './library-head'
import { folderQuery } from './library-queries'
import { MoveDialog } from './move-dialog'
import { PastedText } from './pasted-text'
import { type Place, placeAt, withParameters } from './place'
import { RequestDialog } from './requests/request-dialog'
import { SearchField } from './search-field'
import { useSelection } from './selection'
import { ShareDialog } from './share-dialog'
import { UploadButton } from './upload-button'
import { UploadsNote } from './uploads-note'
import { useUnfinished } from './unfinished-uploads'
import { useAddFiles } from './use-add-files'
import { useMoving } from './use-moving'
import { useRefreshAfterUploads } from './use-refresh-after-uploads'
import { useRowDrag } from './use-row-drag'

/** The page of a folder, or of what lies in none; `?q=` looks through all of them, `?file=` opens a file's panel. */
export function FilesPage() {
  const { folder } = useParams()
  const [parameters, setParameters] = useSearchParams()
  const { data: me, isPending } = useMe()
  if (!hasLibrary(me)) return <Navigate to={paths.upload} replace />
  const place = placeAt(folder, parameters)
  return (
    <>
      {/* Whoever has no library is refused it: who one is comes first. */}
      {isPending ? <ListSkeleton /> : <Library place={place} />}
      <FileDetailsPanel
        id={isPending ? null : parameters.get('file')}
        onClose={() =>
          setParameters(withParameters(parameters, { file: '' }), { preventScrollReset: true })
        }
      />
    </>
  )
}

/** Where others are asked to send files; `null`: into a new folder. */
interface Asking {
  folderId: string | null
}

function Library({ place }: { place: Place }) {
  const { folderId, search, sort, order } = place
  const [sharing, setSharing] = useState<Picked>(NOTHING)
  const [moving, setMoving] = useState<Picked | null>(null)
  const [asking, setAsking] = useState<Asking | null>(null)
  const placeKey = [folderId, search, sort, order].join()
  const selection = useSelection(entryId, placeKey)
  const { data: folder, error } = useQuery({
    ...folderQuery(folderId ?? ''),
    enabled: folderId !== null,
  })
  const move = useMoving()
  const drag = useRowDrag((picked, to) => {
    void move(picked, to).then((moved) => {
      if (moved) selection.clear()
    })
  })
  const add = useAddFiles({ folderId, unfinished: useUnfinished() })
  const isOver = useFileDrop(add)
  useRefreshAfterUploads()
  const onRequest = useCallback((id: string) => setAsking({ folderId: id }), [])
  const name = folderId === null ? 'Files' : (folder?.name ?? 'Folder')

  return (
    <>
      <title>{`${search === '' ? name : `“${search}”`} · ShareSync`}</title>
      <LibraryHead
        folderId={folderId}
        folder={folder}
        drag={drag}
        onFiles={add}
        isOver={isOver}
        onRequest={() => setAsking({ folderId })}
      />
      <UploadsNote />
      <div className="mt-4 mb-4">
        <SearchField />
      </div>
      {error && !folder ? (
        <Notice tone="danger">{problemWords(error)}</Notice>
      ) : (
        <FolderContents
          key={placeKey}
          place={place}
          selection={selection}
          name={name}
          told={search === '' ? folder : undefined}
          onShare={setSharing}
          onRequest={onRequest}
          onMove={setMoving}
          drag={drag}
          upload={<UploadButton onFiles={add}>Choose files</UploadButton>}
        />
      )}
      <PastedText onFile={(file) => add({ files: [{ file, path: '' }], unreadable: 0 })} />
      <MoveDialog
        picked={moving}
        from={folderId}
        onClose={() => setMoving(null)}
        onMoved={selection.clear}
      />
      <ShareDialog {...sharing} onClose={() => setSharing(NOTHING)} />
      <RequestDialog
        open={asking !== null}
        folderId={asking?.folderId ?? null}
        onClose={() => setAsking(null)}
      />
    </>
  )
}
