/**
 * Who is signed in on this page: an access token in memory, renewed through the refresh cookie, which
 * no script can read. The API client and the upload queue ask it for tokens; pages watch its state.
 */
import { isProblem, ProblemError } from './problem'
import { mayHaveSession, noteSession } from './session-memory'
import type { ChangePassword, Login, TokenGrant } from './types'

/** `unknown` until the cookie has been tried once. */
export type SessionState = 'unknown' | 'signed-in' | 'signed-out'

/** A token is renewed when it has less than this left, in milliseconds. */
const RENEW_BEFORE = 30_000

/** Names the lock and the channel that the pages of one browser share. */
const SHARED_NAME = 'sharesync-session'

interface Access {
  token: string
  /** On the clock of `performance.now()`, which no change of the date moves. */
  expiresAt: number
}

/** One page's session. */
export class Session {
  #state: SessionState = 'unknown'
  #access: Access | null = null
  #renewal: Promise<string | null> | null = null
  /** Counts sign-ins and sign-outs, so that a renewal begun before one cannot undo it. */
  #epoch = 0
  readonly #watchers = new Set<() => void>()
  readonly #channel: BroadcastChannel | null

  constructor() {
    this.#channel =
      typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(SHARED_NAME)
    this.#channel?.addEventListener('message', (event: MessageEvent<unknown>) => {
      this.#hear(event.data)
    })
  }

  /** What is known now. */
  get state(): SessionState {
    return this.#state
  }

  /** Calls `watcher` at every change of state; returns what stops that. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  /** Whether somebody is signed in; tries the cookie when that is not known yet. */
  async settle(): Promise<boolean> {
    if (this.#state === 'unknown') await this.renew()
    return this.#state === 'signed-in'
  }

  /** A token good for a request begun now, or `null` when nobody is signed in. */
  async token(): Promise<string | null> {
    if (this.#state === 'signed-out') return null
    if (this.#access && this.#access.expiresAt - performance.now() > RENEW_BEFORE) {
      return this.#access.token
    }
    return this.renew()
  }

  /** Renews the token by the cookie, once for all who ask meanwhile. `null`: signed out. */
  renew(): Promise<string | null> {
    this.#renewal ??= this.#renewInTurn().finally(() => {
      this.#renewal = null
    })
    return this.#renewal
  }

  /** Signs in. Throws `ProblemError`. */
  async signIn(login: Login): Promise<void> {
    await this.#begin(await send('POST', '/api/auth/login', { body: login }))
  }

  /** Goes on with a sign-in that was answered `second_factor_required`. Throws `ProblemError`. */
  async giveSecondFactor(code: string): Promise<void> {
    await this.#begin(await send('POST', '/api/auth/second-factor', { body: { code } }))
  }

  /** Takes up the session that a provider's sign-in has left in the cookie. Whether there is one. */
  async takeUp(): Promise<boolean> {
    noteSession(true)
    this.#epoch += 1
    // What was asked for before that is no answer: it may have gone out without the cookie.
    await this.#renewal?.catch(() => null)
    const found = (await this.renew()) !== null
    if (found) this.#channel?.postMessage('signed-in')
    return found
  }

  /** Signs out, here and in the browser's other pages. Throws `ProblemError`, and then nothing has changed. */
  async signOut(): Promise<void> {
    await this.#end(await send('POST', '/api/auth/logout', { token: this.#access?.token }))
  }

  /** Signs out wherever the account is signed in, here included. Throws `ProblemError`, and then nothing has changed. */
  async signOutEverywhere(): Promise<void> {
    const token = await this.token()
    await this.#end(await send('DELETE', '/api/me/sessions', { token: token ?? undefined }))
  }

  /**
   * Changes the password, which ends every session of the account, and goes on with the one that the answer
   * begins, as the browser's other pages do. Throws `ProblemError`, and then nothing has changed.
   */
  async changePassword(passwords: ChangePassword): Promise<void> {
    const attempt = (token: string | null) =>
      // The answer brings another cookie: no page may be renewing by the one until now.
      this.#inTurn(() =>
        send('POST', '/api/me/password', { body: passwords, token: token ?? undefined }),
      )
    let response = await attempt(await this.token())
    // A wrong password is refused with 422: the token was ended early.
    if (response.status === 401) response = await attempt(await this.renew())
    if (!response.ok) throw await problemOf(response)
    this.#epoch += 1
    this.#accept((await response.json()) as TokenGrant)
    this.#channel?.postMessage('replaced')
  }

  async #begin(response: Response): Promise<void> {
    if (!response.ok) throw await problemOf(response)
    this.#epoch += 1
    this.#accept((await response.json()) as TokenGrant)
    this.#channel?.postMessage('signed-in')
  }

  /** What another page of the browser has done. */
  #hear(news: unknown): void {
    if (news === 'signed-out') {
      this.#forget()
      return
    }
    // The token was of a session that has ended; the cookie is of the one that follows it.
    if (news === 'replaced') this.#access = null
    // Where that fails, this page goes on signed out, as it was.
    if (this.#state === 'signed-out') this.renew().catch(() => null)
  }

  async #end(response: Response): Promise<void> {
    // 401: the session had ended already.
    if (!response.ok && response.status !== 401) throw await problemOf(response)
    this.#forget()
    this.#channel?.postMessage('signed-out')
  }

  /**
   * The cookie is used up by each renewal, and a used one ends the whole session as stolen: two pages
   * must not send the same one at the same time.
   */
  async #renewInTurn(): Promise<string | null> {
    const epoch = this.#epoch
    return this.#inTurn(() => this.#attemptRenewal(epoch))
  }

  /** One at a time, of all pages of the browser. */
  async #inTurn<T>(attempt: () => Promise<T>): Promise<T> {
    // Over plain HTTP on a local network there are no locks.
    const locks = (navigator as Partial<Navigator>).locks
    return locks ? locks.request(SHARED_NAME, attempt) : attempt()
  }

  async #attemptRenewal(epoch: number): Promise<string | null> {
    if (this.#state === 'unknown' && !mayHaveSession()) {
      this.#forget()
      return null
    }
    const response = await send('POST', '/api/auth/refresh')
    if (epoch !== this.#epoch) return this.#access?.token ?? null
    if (response.ok) {
      this.#accept((await response.json()) as TokenGrant)
      return this.#access?.token ?? null
    }
    // Only 401 says that there is no session; anything else may pass, and the next request tries again.
    if (response.status !== 401) throw await problemOf(response)
    this.#forget()
    return null
  }

  #accept(grant: TokenGrant): void {
    this.#access = {
      token: grant.access_token,
      expiresAt: performance.now() + grant.expires_in * 1000,
    }
    noteSession(true)
    this.#become('signed-in')
  }

  #forget(): void {
    this.#epoch += 1
    this.#access = null
    noteSession(false)
    this.#become('signed-out')
  }

  #become(state: SessionState): void {
    if (this.#state === state) return
    this.#state = state
    for (const watcher of this.#watchers) watcher()
  }
}

interface Sent {
  readonly body?: unknown
  readonly token?: string | undefined
}

async function send(method: string, path: string, { body, token }: Sent = {}): Promise<Response> {
  const headers = new Headers()
  if (body !== undefined) headers.set('content-type', 'application/json')
  if (token) headers.set('authorization', `Bearer ${token}`)
  const init: RequestInit = { method, headers }
  if (body !== undefined) init.body = JSON.stringify(body)
  try {
    return await fetch(path, init)
  } catch {
    throw new ProblemError(0)
  }
}

async function problemOf(response: Response): Promise<ProblemError> {
  const body: unknown = await response.json().catch(() => undefined)
  return new ProblemError(response.status, isProblem(body) ? body : undefined)
}

/** This page's session. */
export const session = new Session()
