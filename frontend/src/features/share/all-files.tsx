/** All files behind a link, as one ZIP. */
import { useMutation } from '@tanstack/react-query'
import { Download } from 'lucide-react'
import { api, unwrap } from '@/api/client'
import { Button } from '@/components/ui/button'
import { formatBytes, formatCount } from '@/lib/format'
import { problemWords } from '@/lib/problem-words'
import { saveAs } from '@/lib/save-as'
import { unfetchableTogether } from '@/lib/scan-words'
import { DownloadOutcome } from './download-outcome'
import type { SharedFilesProps } from './shared-files'

/** What stands above the list of several. */
export function AllFiles({ slug, share, password, onRefused }: SharedFilesProps) {
  const download = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST('/api/shares/{slug}/archive', {
          params: { path: { slug } },
          body: password === undefined ? {} : { password },
        }),
      ),
    onSuccess: ({ download_url }) => saveAs(download_url),
    onError: onRefused,
  })
  const reason = unfetchableTogether(share.files)
  return (
    <div className="mb-6 flex flex-wrap items-center gap-x-3 gap-y-2 border-b border-line pb-4 sm:pb-6">
      <div className="min-w-0 flex-1">
        <p className="text-sm font-medium">All {formatCount(share.file_count, 'file')}</p>
        {/* What a ZIP says besides is too little to change the figure. */}
        <p className="text-xs text-muted">
          {reason ?? `One ZIP, ${formatBytes(share.total_size)}`}
        </p>
      </div>
      <Button
        disabled={download.isPending || reason !== undefined}
        onClick={() => download.mutate()}
      >
        <Download aria-hidden />
        Download all
      </Button>
      <DownloadOutcome
        started={download.isSuccess}
        failure={download.error ? problemWords(download.error, { several: true }) : undefined}
      />
    </div>
  )
}
