/** Accounts and what is in them, made by the API where a story is not about making them. */
import { randomUUID } from 'node:crypto'
import { type APIRequestContext, expect, type Page } from '@playwright/test'

/** What a person registers with. */
export interface Credentials {
  readonly email: string
  readonly username: string
  readonly password: string
}

/** Somebody who can sign in. */
export interface Account extends Credentials {
  /** For requests by the API; lives longer than any test. */
  readonly accessToken: string
}

/** Words for an account that is not there yet. */
export function newCredentials(): Credentials {
  const username = `person-${randomUUID().slice(0, 8)}`
  return { email: `${username}@example.org`, username, password: 'nine wet geese on ice' }
}

/** Registers an account. */
export async function register(request: APIRequestContext): Promise<Credentials> {
  const credentials = newCredentials()
  const registered = await request.post('/api/auth/register', { data: credentials })
  expect(registered.status()).toBe(201)
  return credentials
}

/** Registers an account and signs in to it. */
export async function createAccount(request: APIRequestContext): Promise<Account> {
  const credentials = await register(request)
  const { email, password } = credentials
  const login = await request.post('/api/auth/login', { data: { email, password } })
  expect(login.status()).toBe(200)
  const { access_token } = (await login.json()) as { access_token: string }
  return { ...credentials, accessToken: access_token }
}

/** Fills in the sign-in form that is on the page. */
export async function signIn(page: Page, { email, password }: Omit<Credentials, 'username'>) {
  await page.getByLabel('Email').fill(email)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

/** Puts a file into an account's library and returns its id. */
export async function upload(
  request: APIRequestContext,
  account: Account,
  name: string,
  content: Buffer,
  /** Where it goes: a folder, and folders inside that one, which are made where they are missing. */
  place: { folder_id?: string; path?: string } = {},
): Promise<string> {
  const answer = await request.post('/api/upload', {
    headers: bearer(account),
    params: place,
    multipart: { file: { name, mimeType: 'application/octet-stream', buffer: content } },
  })
  expect(answer.status()).toBe(201)
  return ((await answer.json()) as { id: string }).id
}

/** Makes a share link and returns its page's address; of one with recipients, the first one's. */
export async function share(
  request: APIRequestContext,
  account: Account,
  rules: {
    file_ids?: string[]
    folder_ids?: string[]
    recipients?: string[]
    password?: string
    max_downloads?: number
    one_time?: boolean
    names_shown?: boolean
  },
): Promise<string> {
  const answer = await request.post('/api/shares', { headers: bearer(account), data: rules })
  expect(answer.status()).toBe(201)
  const made = (await answer.json()) as { addresses: [{ url: string }] }
  return made.addresses[0].url
}

export function bearer({ accessToken }: Account): Record<string, string> {
  return { Authorization: `Bearer ${accessToken}` }
}
