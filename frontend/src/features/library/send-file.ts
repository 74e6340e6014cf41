/** Sends one file to the library by form. `XMLHttpRequest`, since `fetch` tells no upload progress. */
import { isProblem, ProblemError } from '@/api/problem'
import type { Session } from '@/api/session'
import type { UploadedFile } from '@/api/types'
import type { SendFile } from './upload-queue'

/** Makes the sender for a session. A token that the server takes no more is renewed once. */
export function fileSender(session: Session): SendFile {
  return async (file, options) => {
    const token = await session.token()
    try {
      return await attempt(file, token, options)
    } catch (error) {
      if (!(error instanceof ProblemError) || error.status !== 401) throw error
      const renewed = await session.renew()
      if (renewed === null) throw error
      return attempt(file, renewed, options)
    }
  }
}

function attempt(
  file: File,
  token: string | null,
  { handIn, onProgress, signal }: Parameters<SendFile>[1],
): Promise<UploadedFile> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', handIn ? '/api/upload?hand_in=true' : '/api/upload')
    if (token) request.setRequestHeader('authorization', `Bearer ${token}`)
    request.upload.onprogress = ({ loaded, total }) => {
      // The form around the file is not the file.
      onProgress(total > 0 ? Math.min(file.size, Math.floor((loaded / total) * file.size)) : 0)
    }
    request.onload = () => {
      const body = parse(request.responseText)
      if (request.status === 201) resolve(body as UploadedFile)
      else reject(new ProblemError(request.status, isProblem(body) ? body : undefined))
    }
    request.onerror = () => reject(new ProblemError(0))
    request.onabort = () => reject(signal.reason as Error)
    signal.addEventListener('abort', () => request.abort(), { once: true })
    if (signal.aborted) {
      reject(signal.reason as Error)
      return
    }
    const form = new FormData()
    form.append('file', file, file.name)
    request.send(form)
  })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
