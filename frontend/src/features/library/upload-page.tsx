/** Putting files into the library, and making a link to them right there; or giving them to the operators. */
import { Link2 } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'react-router'
import { useMe, useServerInfo } from '@/api/account'
import type { UploadedFile } from '@/api/types'
import { DropZone } from '@/components/drop-zone'
import { FolderButton } from '@/components/folder-button'
import { OwnHandIns } from '@/components/own-hand-ins'
import { Button } from '@/components/ui/button'
import { formatCount } from '@/lib/format'
import { paths } from '@/lib/paths'
import { hasLibrary } from '@/lib/roles'
import { GoesToOperators, HandInChoice } from './hand-in-choice'
import type { Lifetime } from '@/lib/uploads/lifetime'
import { LifetimeChoice } from './lifetime-choice'
import { PastedText } from './pasted-text'
import { ShareDialog } from './share-dialog'
import { limitWords, typeWords } from '@/lib/uploads/upload-limits'
import { UploadProgress } from '@/components/upload-progress'
import { UploadRow } from '@/components/upload-row'
import { isUnderWay } from '@/lib/uploads/upload-queue'
import { UnfinishedUploads, useUnfinished } from './unfinished-uploads'
import { shownFirst } from '@/lib/uploads/shown-first'
import { uploads, useUploads } from './uploads'
import { useAddFiles } from './use-add-files'
import { useRefreshAfterUploads } from './use-refresh-after-uploads'

/** The page. */
export function UploadPage() {
  const list = useUploads()
  const [sharing, setSharing] = useState<readonly UploadedFile[]>([])
  const [handIn, setHandIn] = useState(false)
  const unfinished = useUnfinished()
  const [lifetime, setLifetime] = useState<Lifetime>('usual')
  const add = useAddFiles({ handIn, lifetime, unfinished })
  const { data: me } = useMe()
  const done = list.flatMap(({ state }) => (state.is === 'done' ? [state.file] : []))
  const givenAway = list.some(({ state, handIn }) => state.is === 'done' && handIn)
  const busy = list.some(isUnderWay)
  const shown = shownFirst(list)
  // Whoever only sends files in cannot see them afterwards, or pass them on.
  const keeps = hasLibrary(me)
  useRefreshAfterUploads()

  return (
    <div className="mx-auto max-w-4xl">
      <title>Upload · ShareSync</title>
      <h1 className="text-xl font-semibold">Upload</h1>
      <Limits />
      {/* What is chosen goes where this says, so it comes first; and keeps its place until it is known. */}
      <div className="mt-4 grid min-h-36 content-start gap-4 sm:min-h-19 sm:grid-cols-[1fr_14rem]">
        {me &&
          (keeps ? <HandInChoice checked={handIn} onChange={setHandIn} /> : <GoesToOperators />)}
        <LifetimeChoice lifetime={lifetime} onChange={setLifetime} />
      </div>
      <DropZone label="Choose files to upload" onFiles={add} className="mt-4 min-h-48 py-6">
        <span className="mt-4 text-lg font-semibold">Drop files or folders here</span>
        <span className="mt-1 text-sm text-muted">
          or press to choose files; text can be pasted
        </span>
      </DropZone>
      <div className="mt-1 flex justify-end">
        <FolderButton onFiles={add} />
      </div>
      <PastedText onFile={(file) => add({ files: [{ file, path: '' }], unreadable: 0 })} />
      {list.length > 0 && (
        <section aria-label="Uploads" className="mt-6">
          <UploadProgress list={list} />
          <ul className="mt-4 divide-y divide-line rounded-md border border-line bg-surface">
            {shown.map((upload) => (
              <UploadRow
                key={upload.key}
                upload={upload}
                queue={uploads}
                onShare={keeps ? (file) => setSharing([file]) : undefined}
              />
            ))}
          </ul>
          {shown.length < list.length && (
            <p className="mt-2 text-sm text-muted">
              And {formatCount(list.length - shown.length, 'more file')}.
            </p>
          )}
          <div className="mt-4 flex flex-wrap gap-2">
            {keeps && done.length > 0 && (
              <Button onClick={() => setSharing(done)}>
                <Link2 aria-hidden />
                Create link
              </Button>
            )}
            {keeps && done.length > 0 && (
              <Button asChild variant="secondary">
                <Link to={paths.files}>See your files</Link>
              </Button>
            )}
            {keeps && givenAway && (
              <Button asChild variant="secondary">
                <Link to={paths.handedIn}>See what you handed in</Link>
              </Button>
            )}
            {!busy && (
              <Button variant="quiet" onClick={() => uploads.clearFinished()}>
                Clear list
              </Button>
            )}
          </div>
        </section>
      )}
      <UnfinishedUploads list={unfinished} />
      {!keeps && (
        <section aria-labelledby="handed-in" className="mt-8">
          <h2 id="handed-in" className="mb-3 text-base font-semibold">
            What you handed in
          </h2>
          <OwnHandIns
            empty={
              <p className="text-sm text-muted">Nothing yet. What you upload is listed here.</p>
            }
          />
        </section>
      )}
      <ShareDialog files={sharing} onClose={() => setSharing([])} />
    </div>
  )
}

/** Told beforehand, so that nobody sends half a gigabyte to hear it. */
function Limits() {
  const { data: server } = useServerInfo()
  const { data: me } = useMe()
  // The lines keep their place while the figures are on their way.
  return (
    <div className="mt-1 text-sm text-muted">
      <p className="min-h-6">{limitWords(server, me).join(' · ')}</p>
      <p className="min-h-6">{typeWords(server).join(' ')}</p>
    </div>
  )
}
