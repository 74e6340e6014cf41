import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ProblemError } from './problem'
import { Session } from './session'
import { noteSession } from './session-memory'

const grant = (token: string, seconds = 900) =>
  Response.json({ access_token: token, token_type: 'Bearer', expires_in: seconds })

const refused = (code: string, status: number) =>
  Response.json({ type: 'about:blank', title: '', status, detail: '', code }, { status })

const server = vi.fn<(path: string, init?: RequestInit) => Promise<Response>>()

/** Posts to every other one at once, as a browser does to its other pages. */
class Channel extends EventTarget {
  static all: Channel[] = []

  constructor() {
    super()
    Channel.all.push(this)
  }

  postMessage(data: unknown) {
    for (const other of Channel.all) {
      if (other !== this) other.dispatchEvent(new MessageEvent('message', { data }))
    }
  }
}

beforeEach(() => {
  Channel.all = []
  noteSession(true)
  vi.stubGlobal('BroadcastChannel', Channel)
  vi.stubGlobal('fetch', server)
})

afterEach(() => {
  server.mockReset()
  vi.unstubAllGlobals()
})

describe('a session', () => {
  it('is found by the cookie', async () => {
    server.mockResolvedValue(grant('a'))
    const session = new Session()
    expect(session.state).toBe('unknown')
    expect(await session.settle()).toBe(true)
    expect(session.state).toBe('signed-in')
    expect(await session.token()).toBe('a')
    expect(server).toHaveBeenCalledExactlyOnceWith('/api/auth/refresh', expect.anything())
  })

  it('is not asked for where nobody was signed in', async () => {
    noteSession(false)
    expect(await new Session().settle()).toBe(false)
    expect(server).not.toHaveBeenCalled()
  })

  it('is remembered from its beginning to its end', async () => {
    noteSession(false)
    server.mockImplementation(() => Promise.resolve(grant('a')))
    const session = new Session()
    await session.signIn({ email: 'a@b.c', password: 'x' })
    expect(await new Session().settle()).toBe(true)
    await session.signOut()
    server.mockClear()
    expect(await new Session().settle()).toBe(false)
    expect(server).not.toHaveBeenCalled()
  })

  it('is asked for where the browser keeps nothing', async () => {
    vi.stubGlobal('localStorage', undefined)
    server.mockResolvedValue(grant('a'))
    expect(await new Session().settle()).toBe(true)
  })

  it('is known to be none when the cookie is refused, and does not ask again', async () => {
    server.mockResolvedValue(refused('unauthenticated', 401))
    const session = new Session()
    expect(await session.settle()).toBe(false)
    expect(await session.token()).toBeNull()
    expect(server).toHaveBeenCalledOnce()
  })

  it('stays unknown when the server cannot be reached, and asks again', async () => {
    server.mockRejectedValueOnce(new TypeError('Failed to fetch')).mockResolvedValue(grant('a'))
    const session = new Session()
    await expect(session.settle()).rejects.toThrow(ProblemError)
    expect(session.state).toBe('unknown')
    expect(await session.settle()).toBe(true)
  })

  it('renews once for all who ask at the same time', async () => {
    server.mockImplementation(() => Promise.resolve(grant('a')))
    const session = new Session()
    const tokens = await Promise.all([session.token(), session.token(), session.settle()])
    expect(tokens).toEqual(['a', 'a', true])
    expect(server).toHaveBeenCalledOnce()
  })

  it('renews a token that is about to expire', async () => {
    server.mockResolvedValueOnce(grant('short', 20)).mockResolvedValueOnce(grant('long'))
    const session = new Session()
    await session.settle()
    expect(await session.token()).toBe('long')
  })

  it('renews under a lock that the pages of a browser share', async () => {
    const request = vi.fn((_name: string, run: () => Promise<unknown>) => run())
    vi.stubGlobal('navigator', { locks: { request } })
    server.mockResolvedValue(grant('a'))
    await new Session().settle()
    expect(request).toHaveBeenCalledExactlyOnceWith('sharesync-session', expect.any(Function))
  })

  it('signs in, and says so to who watches', async () => {
    server.mockResolvedValueOnce(grant('mine'))
    const session = new Session()
    const watcher = vi.fn()
    session.watch(watcher)
    await session.signIn({ email: 'sam@example.com', password: 'correct horse' })
    expect(watcher).toHaveBeenCalledOnce()
    expect(await session.token()).toBe('mine')
  })

  it('ends everywhere, in the other pages of this browser as well', async () => {
    server.mockImplementation((path) =>
      Promise.resolve(
        path.endsWith('/sessions') ? new Response(null, { status: 204 }) : grant('a'),
      ),
    )
    const [session, other] = [new Session(), new Session()]
    await Promise.all([session.settle(), other.settle()])
    await session.signOutEverywhere()
    const [path, sent] = server.mock.lastCall ?? []
    expect([path, sent?.method]).toEqual(['/api/me/sessions', 'DELETE'])
    expect(new Headers(sent?.headers).get('authorization')).toBe('Bearer a')
    expect([session.state, other.state]).toEqual(['signed-out', 'signed-out'])
  })

  it('goes on where ending it everywhere fails', async () => {
    server.mockResolvedValueOnce(grant('a')).mockResolvedValue(refused('internal', 500))
    const session = new Session()
    await session.settle()
    await expect(session.signOutEverywhere()).rejects.toThrow(ProblemError)
    expect(session.state).toBe('signed-in')
  })

  it('goes on with the session that a new password begins', async () => {
    const request = vi.fn((_name: string, run: () => Promise<unknown>) => run())
    vi.stubGlobal('navigator', { locks: { request } })
    server.mockResolvedValueOnce(grant('a'))
    const session = new Session()
    await session.settle()
    request.mockClear()
    server.mockResolvedValueOnce(grant('b'))
    await session.changePassword({ current_password: 'old', password: 'new' })
    const [path, sent] = server.mock.lastCall ?? []
    expect([path, sent?.body]).toEqual([
      '/api/me/password',
      '{"current_password":"old","password":"new"}',
    ])
    expect(new Headers(sent?.headers).get('authorization')).toBe('Bearer a')
    // No page renews meanwhile, by a cookie that is about to be another.
    expect(request).toHaveBeenCalledOnce()
    expect(await session.token()).toBe('b')
  })

  it('changes a password with a token that is good, where the one it had was ended early', async () => {
    server
      .mockResolvedValueOnce(grant('ended'))
      .mockResolvedValueOnce(refused('unauthenticated', 401))
      .mockResolvedValueOnce(grant('good'))
      .mockResolvedValueOnce(grant('changed'))
    const session = new Session()
    await session.settle()
    await session.changePassword({ current_password: 'old', password: 'new' })
    expect(new Headers(server.mock.lastCall?.[1]?.headers).get('authorization')).toBe('Bearer good')
    expect(await session.token()).toBe('changed')
  })

  it('goes on as it was where a password is refused', async () => {
    server.mockResolvedValueOnce(grant('a')).mockResolvedValueOnce(refused('invalid', 422))
    const session = new Session()
    await session.settle()
    await expect(
      session.changePassword({ current_password: 'wrong', password: 'new' }),
    ).rejects.toMatchObject({ problem: { code: 'invalid' } })
    expect(await session.token()).toBe('a')
  })

  it('is not undone by a renewal that began before signing in', async () => {
    let refuse: () => void = () => undefined
    const slow = new Promise<Response>((resolve) => {
      refuse = () => resolve(refused('unauthenticated', 401))
    })
    server.mockReturnValueOnce(slow).mockResolvedValueOnce(grant('mine'))
    const session = new Session()
    const settled = session.settle()
    await session.signIn({ email: 'sam@example.com', password: 'correct horse' })
    refuse()
    await settled
    expect(session.state).toBe('signed-in')
    expect(await session.token()).toBe('mine')
  })

  it('is taken up from a provider whatever was asked for before', async () => {
    // The header asks who is there as soon as the page is; with the cookie of the sign-in, or without.
    for (const before of [grant('early'), refused('unauthenticated', 401)]) {
      server.mockReset()
      server.mockResolvedValueOnce(before).mockResolvedValueOnce(grant('a'))
      const session = new Session()
      const asked = session.settle()
      expect(await session.takeUp()).toBe(true)
      await asked
      expect(session.state).toBe('signed-in')
      expect(await session.token()).toBe('a')
    }
  })

  it('is not taken up where the provider has left none', async () => {
    server.mockResolvedValue(refused('unauthenticated', 401))
    const session = new Session()
    expect(await session.takeUp()).toBe(false)
    expect(session.state).toBe('signed-out')
  })

  it('tells why signing in failed, and changes nothing', async () => {
    server.mockResolvedValueOnce(refused('invalid_credentials', 401))
    const session = new Session()
    const attempt = session.signIn({ email: 'sam@example.com', password: 'wrong' })
    await expect(attempt).rejects.toMatchObject({ problem: { code: 'invalid_credentials' } })
    expect(session.state).toBe('unknown')
  })

  it('ends when signed out, with the token it had', async () => {
    server
      .mockResolvedValueOnce(grant('a'))
      .mockResolvedValueOnce(new Response(null, { status: 204 }))
    const session = new Session()
    await session.settle()
    await session.signOut()
    expect(session.state).toBe('signed-out')
    expect(await session.token()).toBeNull()
    const headers = new Headers(server.mock.lastCall?.[1]?.headers)
    expect(headers.get('authorization')).toBe('Bearer a')
  })

  it('goes on when signing out failed', async () => {
    server.mockResolvedValueOnce(grant('a')).mockResolvedValueOnce(refused('internal', 500))
    const session = new Session()
    await session.settle()
    await expect(session.signOut()).rejects.toThrow(ProblemError)
    expect(await session.token()).toBe('a')
  })
})

describe('the pages of one browser', () => {
  it('are signed out together', async () => {
    server.mockImplementation((path) =>
      Promise.resolve(path.endsWith('logout') ? new Response(null, { status: 204 }) : grant('a')),
    )
    const [one, other] = [new Session(), new Session()]
    await Promise.all([one.settle(), other.settle()])
    await one.signOut()
    expect(other.state).toBe('signed-out')
  })

  it('go on together when the password is changed on one of them', async () => {
    let issued = 0
    server.mockImplementation((path) =>
      Promise.resolve(grant(path === '/api/me/password' ? 'changed' : `renewed-${++issued}`)),
    )
    const [one, other] = [new Session(), new Session()]
    await Promise.all([one.settle(), other.settle()])
    await one.changePassword({ current_password: 'old', password: 'new' })
    expect(await one.token()).toBe('changed')
    expect(other.state).toBe('signed-in')
    expect(await other.token()).toBe('renewed-3')
  })

  it('are signed in together', async () => {
    server.mockResolvedValueOnce(refused('unauthenticated', 401))
    const [one, other] = [new Session(), new Session()]
    await other.settle()
    const noticed = new Promise<void>((resolve) => other.watch(resolve))
    server.mockImplementation(() => Promise.resolve(grant('a')))
    await one.signIn({ email: 'sam@example.com', password: 'correct horse' })
    await noticed
    expect(other.state).toBe('signed-in')
  })
})
