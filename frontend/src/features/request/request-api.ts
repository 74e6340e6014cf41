/** The calls that an upload to a file request is made of. */
import { strangerApi, unwrap } from '@/api/client'
import { ProblemError } from '@/api/problem'
import type { SentFile } from '@/api/types'
import { putPart } from '@/lib/uploads/put-part'
import { mediaType, type UploadApi } from '@/lib/uploads/upload-api'
import type { RequestAccess } from './request-access'

/**
 * Those of one request. What names an upload has the key to it as well, so that both are remembered, and forgotten,
 * together.
 */
export function requestApi(slug: string, access: RequestAccess): UploadApi<SentFile> {
  const calls = (name: string) => {
    const { id, key } = parts(name)
    return { params: { path: { slug, id } }, headers: { authorization: `Bearer ${key}` } }
  }
  return {
    begin: async (announced) => {
      const { name, size, goal } = announced
      const sender = goal.answer?.sender
      const pass = access.unlocked?.pass ?? goal.answer?.pass
      try {
        const { key, ...session } = await unwrap(
          strangerApi.POST('/api/requests/{slug}/uploads', {
            params: { path: { slug } },
            body: {
              name,
              size,
              ...mediaType(announced),
              ...(sender && { sender }),
              ...(pass && { pass }),
            },
          }),
        )
        return { ...session, id: nameOf(session.id, key) }
      } catch (error) {
        if (isLocked(error)) access.set(null)
        throw error
      }
    },
    get: async (name) => ({
      ...(await unwrap(strangerApi.GET('/api/requests/{slug}/uploads/{id}', calls(name)))),
      id: name,
    }),
    address: async (name, part) => {
      const [address] = (
        await unwrap(
          strangerApi.POST('/api/requests/{slug}/uploads/{id}/parts', {
            ...calls(name),
            body: { parts: [part] },
          }),
        )
      ).parts
      if (!address) throw new ProblemError(500)
      return address
    },
    put: putPart,
    complete: (name) =>
      unwrap(
        strangerApi.POST('/api/requests/{slug}/uploads/{id}/complete', {
          ...calls(name),
          body: {},
        }),
      ),
    abort: async (name) => {
      await unwrap(strangerApi.DELETE('/api/requests/{slug}/uploads/{id}', calls(name)))
    },
  }
}

/** Ids have no such sign in them. */
const BETWEEN = ' '

function nameOf(id: string, key: string): string {
  return id + BETWEEN + key
}

function parts(name: string): { id: string; key: string } {
  const [id = '', key = ''] = name.split(BETWEEN)
  return { id, key }
}

/** Whether the password was changed since it was given here. */
function isLocked(error: unknown): boolean {
  return error instanceof ProblemError && error.problem?.code === 'password_required'
}
