/** Putting files and folders into the trash, and taking them back. Used by the library and the trash. */
import { useQueryClient } from '@tanstack/react-query'
import { api, unwrap } from '@/api/client'
import { useToast } from '@/components/ui/toast-context'
import { problemWords } from '@/lib/problem-words'
import { idsOf, type Picked, pickedWords } from './entry'
import { refreshLibrary } from './library-queries'

/** The two; each tells its own failure, and whether it did what it was asked. */
export function useRemoval() {
  const queries = useQueryClient()
  const toast = useToast()
  const fail = (title: string, error: unknown, several: boolean) => {
    toast({ title, description: problemWords(error, { several }), tone: 'danger' })
    return false
  }

  /** Takes entries of the trash back to where they were. */
  const restore = async (ids: readonly string[], what: string) => {
    try {
      await unwrap(api.POST('/api/trash/restore', { body: { ids: [...ids] } }))
      return true
    } catch (error) {
      return fail(`${what} could not be restored.`, error, ids.length > 1)
    } finally {
      void refreshLibrary(queries)
    }
  }

  /** Puts all of them into the trash, and offers to take them back. */
  const remove = async (picked: Picked) => {
    const what = pickedWords(picked)
    try {
      const { ids } = await unwrap(api.POST('/api/trash', { body: idsOf(picked) }))
      toast({
        title: `${what} moved to trash`,
        action: { label: 'Undo', onSelect: () => void restore(ids, what) },
      })
      return true
    } catch (error) {
      const several = picked.files.length + picked.folders.length > 1
      return fail(`${what} could not be deleted.`, error, several)
    } finally {
      await refreshLibrary(queries)
    }
  }

  return { remove, restore }
}
