/** How the uploads stand, while one looks at the library. */
import { Link } from 'react-router'
import { Button } from '@/components/ui/button'
import { paths } from '@/lib/paths'
import { isUnderWay } from '@/lib/uploads/upload-queue'
import { UploadProgress } from '@/components/upload-progress'
import { useUploads } from './uploads'

/** Nothing where none is under way and none has failed. */
export function UploadsNote() {
  const list = useUploads()
  const isNews = list.some((upload) => isUnderWay(upload) || upload.state.is === 'failed')
  if (!isNews) return null
  return (
    <section
      aria-label="Uploads"
      className="mt-4 flex items-center gap-4 rounded-md border border-line bg-surface py-2 ps-4 pe-2"
    >
      <div className="min-w-0 flex-1">
        <UploadProgress list={list} />
      </div>
      <Button asChild variant="quiet" size="sm">
        <Link to={paths.upload}>Details</Link>
      </Button>
    </section>
  )
}
