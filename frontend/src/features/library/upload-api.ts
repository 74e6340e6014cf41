/** The calls that an upload into the library is made of. */
import { api, unwrap } from '@/api/client'
import { ProblemError } from '@/api/problem'
import { lifetimeFields } from '@/lib/uploads/lifetime'
import { putPart } from '@/lib/uploads/put-part'
import { mediaType, type UploadApi } from '@/lib/uploads/upload-api'

/** The server's. */
export const uploadApi: UploadApi = {
  begin: (announced) => {
    const { name, size, handIn, goal, lifetime } = announced
    return unwrap(
      api.POST('/api/uploads', {
        body: {
          name,
          size,
          hand_in: handIn,
          folder_id: goal.folderId,
          ...mediaType(announced),
          ...(goal.path && { path: goal.path }),
          ...lifetimeFields(lifetime),
        },
      }),
    )
  },
  get: (id) => unwrap(api.GET('/api/uploads/{id}', { params: { path: { id } } })),
  address: async (id, part) => {
    const { parts } = await unwrap(
      api.POST('/api/uploads/{id}/parts', { params: { path: { id } }, body: { parts: [part] } }),
    )
    const [address] = parts
    if (!address) throw new ProblemError(500)
    return address
  },
  put: putPart,
  complete: (id) =>
    unwrap(api.POST('/api/uploads/{id}/complete', { params: { path: { id } }, body: {} })),
  abort: async (id) => {
    await unwrap(api.DELETE('/api/uploads/{id}', { params: { path: { id } } }))
  },
}
