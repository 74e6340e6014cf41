/** Moving files and folders into another folder, and back. Used by the library: by its dialog, and where rows are dropped. */
import { useQueryClient } from '@tanstack/react-query'
import { api, unwrap } from '@/api/client'
import { useToast } from '@/components/ui/toast-context'
import { problemWords } from '@/lib/problem-words'
import { byFolder, idsOf, type Picked, pickedWords } from './entry'
import { refreshLibrary } from './library-queries'

/** Where to. */
export interface Destination {
  /** `null`: into no folder. */
  readonly id: string | null
  readonly name: string
}

/** The action; it tells its own failure, and whether it did what it was asked. */
export function useMoving() {
  const queries = useQueryClient()
  const toast = useToast()

  const send = (picked: Picked, to: string | null) =>
    unwrap(api.POST('/api/files/move', { body: { ...idsOf(picked), to } }))

  const attempt = async (what: string, work: () => Promise<unknown>) => {
    try {
      await work()
      return true
    } catch (error) {
      toast({
        title: `${what} could not be moved.`,
        description: problemWords(error),
        tone: 'danger',
      })
      return false
    } finally {
      await refreshLibrary(queries)
    }
  }

  return async (picked: Picked, to: Destination) => {
    const what = pickedWords(picked)
    const moved = await attempt(what, () => send(picked, to.id))
    if (!moved) return false
    const putBack = () =>
      Promise.all([...byFolder(picked)].map(([folder, part]) => send(part, folder)))
    toast({
      title: `${what} moved to ${to.name}`,
      action: { label: 'Undo', onSelect: () => void attempt(what, putBack) },
    })
    return true
  }
}
