/** What can be done to files in the library: fetch, rename, keep. Used by its table and its panel. */
import { useQueryClient } from '@tanstack/react-query'
import { api, unwrap } from '@/api/client'
import { useToast } from '@/components/ui/toast-context'
import { saveAs } from '@/lib/save-as'
import { problemWords, type ProblemSubject } from '@/lib/problem-words'
import { unfetchable } from '@/lib/scan-words'
import { idsOf, type Picked, pickedWords } from './entry'
import type { ChangedLifetime } from './expiry'
import { refreshLibrary } from './library-queries'

/** Enough to name a file and to find it. */
export interface FileRef {
  id: string
  name: string
}

const DAMAGED = 'The server’s disk has damaged it. Upload it again if you still have it.'

/** The actions; each tells its own failure. */
export function useFileActions() {
  const queries = useQueryClient()
  const toast = useToast()
  const fail = (title: string, error: unknown, subject?: ProblemSubject) =>
    toast({ title, description: problemWords(error, subject), tone: 'danger' })

  /** Starts an ordinary browser download. */
  const download = async ({ id, name }: FileRef) => {
    const title = `${name} could not be downloaded.`
    try {
      const file = await unwrap(api.GET('/api/files/{id}', { params: { path: { id } } }))
      const reason = file.damaged ? DAMAGED : unfetchable(file.scan)
      if (reason === undefined) saveAs(file.download_url)
      else toast({ title, description: reason, tone: 'danger' })
    } catch (error) {
      fail(title, error)
    }
  }

  /** Starts a browser download of files and of what lies in folders, as one ZIP. */
  const downloadAll = async (picked: Picked) => {
    try {
      const { file_ids: ids, folder_ids } = idsOf(picked)
      const archive = await unwrap(api.POST('/api/files/archive', { body: { ids, folder_ids } }))
      saveAs(archive.download_url)
    } catch (error) {
      const title = `${pickedWords(picked)} could not be downloaded.`
      fail(title, error, { several: true })
    }
  }

  /** Throws `ProblemError`: the field in which the name was typed shows why. */
  const rename = async ({ id }: FileRef, name: string) => {
    await unwrap(api.PATCH('/api/files/{id}', { params: { path: { id } }, body: { name } }))
    await refreshLibrary(queries)
  }

  /** Throws `ProblemError`, too. */
  const expire = async ({ id }: FileRef, lifetime: ChangedLifetime) => {
    const body = { expires_in: lifetime === 'keep' ? null : lifetime }
    await unwrap(api.PATCH('/api/files/{id}', { params: { path: { id } }, body }))
    await refreshLibrary(queries)
  }

  return { download, downloadAll, rename, expire }
}
