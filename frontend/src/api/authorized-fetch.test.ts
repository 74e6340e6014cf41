import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { authorizedFetch } from './authorized-fetch'
import { ProblemError } from './problem'
import type { Session } from './session'

const server = vi.fn<(request: Request) => Promise<Response>>()
const token = vi.fn<() => Promise<string | null>>()
const renew = vi.fn<() => Promise<string | null>>()
const send = authorizedFetch({ token, renew } as unknown as Session)

const refused = (code: string) => Response.json({ code, detail: '' }, { status: 401 })
const request = () => new Request('http://localhost/api/files', { method: 'POST', body: 'hello' })
const sentTokens = () => server.mock.calls.map(([sent]) => sent.headers.get('authorization'))

beforeEach(() => {
  vi.stubGlobal('fetch', server)
  token.mockResolvedValue('old')
  renew.mockResolvedValue('new')
})

afterEach(() => {
  vi.resetAllMocks()
  vi.unstubAllGlobals()
})

it('sends the token', async () => {
  server.mockResolvedValue(new Response('ok'))
  await send(request())
  expect(sentTokens()).toEqual(['Bearer old'])
  expect(renew).not.toHaveBeenCalled()
})

it('renews a token that is refused, and sends the whole request once more', async () => {
  const bodies: string[] = []
  server.mockImplementation(async (sent) => {
    bodies.push(await sent.text())
    return bodies.length === 1 ? refused('unauthenticated') : new Response('ok')
  })
  const response = await send(request())
  expect(response.ok).toBe(true)
  expect(sentTokens()).toEqual(['Bearer old', 'Bearer new'])
  expect(bodies).toEqual(['hello', 'hello'])
})

it('does not try a third time', async () => {
  server.mockImplementation(() => Promise.resolve(refused('unauthenticated')))
  expect((await send(request())).status).toBe(401)
  expect(server).toHaveBeenCalledTimes(2)
})

it('answers the refusal when the session is over', async () => {
  server.mockResolvedValue(refused('unauthenticated'))
  renew.mockResolvedValue(null)
  expect((await send(request())).status).toBe(401)
  expect(server).toHaveBeenCalledOnce()
})

it('leaves the session alone when a link refuses its password', async () => {
  server.mockResolvedValue(refused('wrong_password'))
  expect((await send(request())).status).toBe(401)
  expect(renew).not.toHaveBeenCalled()
})

it('asks without a token when nobody is signed in, or the session cannot be told', async () => {
  server.mockImplementation(() => Promise.resolve(new Response('ok')))
  token.mockResolvedValueOnce(null).mockRejectedValueOnce(new ProblemError(0))
  await send(request())
  await send(request())
  expect(sentTokens()).toEqual([null, null])
})

it('says when the server cannot be reached', async () => {
  server.mockRejectedValue(new TypeError('Failed to fetch'))
  await expect(send(request())).rejects.toMatchObject({ status: 0 })
})
