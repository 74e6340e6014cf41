import { beforeEach, expect, it, vi } from 'vitest'
import { RequestAccess } from './request-access'
import { requestApi } from './request-api'

interface Asked {
  method: string
  path: string
  authorization: string | null
  body: unknown
}

let asked: Asked[]
let answer: { status: number; body: unknown }
let access: RequestAccess

beforeEach(() => {
  asked = []
  answer = { status: 200, body: {} }
  access = new RequestAccess()
  vi.stubGlobal('fetch', async (request: Request) => {
    const text = await request.text()
    asked.push({
      method: request.method,
      path: new URL(request.url).pathname,
      authorization: request.headers.get('authorization'),
      body: text === '' ? undefined : (JSON.parse(text) as unknown),
    })
    const { status, body } = answer
    return status === 204 ? new Response(null, { status }) : Response.json(body, { status })
  })
})

const announced = {
  name: 'one.png',
  size: 10,
  type: 'image/png',
  handIn: false,
  lifetime: 'usual' as const,
  goal: { folderId: null, path: 'trip', answer: { slug: 's', sender: 'Ann', pass: 'old' } },
}

it('begins an upload with the name of whoever sends it, and goes on with its key alone', async () => {
  const api = requestApi('s', access)
  answer = { status: 201, body: { id: 'u1', name: 'one.png', size: 10, key: 'k1', parts: [] } }
  const { id } = await api.begin(announced)
  expect(asked).toEqual([
    {
      method: 'POST',
      path: '/api/requests/s/uploads',
      authorization: null,
      body: { name: 'one.png', size: 10, type: 'image/png', sender: 'Ann', pass: 'old' },
    },
  ])
  answer = { status: 200, body: { id: 'u1', parts: [] } }
  expect(await api.get(id)).toMatchObject({ id })
  answer = { status: 200, body: { parts: [{ number: 1, url: '/p', headers: {} }] } }
  await api.address(id, { number: 1, sha256: 'a' })
  answer = { status: 201, body: { name: 'one.png', size: 10 } }
  await api.complete(id)
  answer = { status: 204, body: null }
  await api.abort(id)
  expect(asked.slice(1).map(({ authorization }) => authorization)).toEqual(
    Array.from({ length: 4 }, () => 'Bearer k1'),
  )
  expect(asked.slice(1).map(({ method, path }) => `${method} ${path}`)).toEqual([
    'GET /api/requests/s/uploads/u1',
    'POST /api/requests/s/uploads/u1/parts',
    'POST /api/requests/s/uploads/u1/complete',
    'DELETE /api/requests/s/uploads/u1',
  ])
})

it('shows the pass that was given last, and has none where the password is another', async () => {
  const request = { slug: 's', owner: 'sam', password_required: true }
  access.set({ request, pass: 'new', sentBefore: 0 })
  const api = requestApi('s', access)
  answer = {
    status: 401,
    body: { type: '', title: '', status: 401, detail: '', code: 'password_required' },
  }
  await expect(api.begin(announced)).rejects.toMatchObject({ status: 401 })
  expect(asked[0]?.body).toMatchObject({ pass: 'new' })
  expect(access.unlocked).toBeNull()
})
