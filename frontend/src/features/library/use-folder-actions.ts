/** What can be done to folders of the library: make, rename. Used by its list and its head. */
import { useQueryClient } from '@tanstack/react-query'
import { api, unwrap } from '@/api/client'
import { refreshLibrary } from './library-queries'

/** The actions; each throws `ProblemError`: the field in which the name was typed shows why. */
export function useFolderActions() {
  const queries = useQueryClient()

  const create = async (name: string, parentId: string | null) => {
    await unwrap(api.POST('/api/folders', { body: { name, parent_id: parentId } }))
    await refreshLibrary(queries)
  }

  const rename = async (id: string, name: string) => {
    await unwrap(api.PATCH('/api/folders/{id}', { params: { path: { id } }, body: { name } }))
    await refreshLibrary(queries)
  }

  return { create, rename }
}
