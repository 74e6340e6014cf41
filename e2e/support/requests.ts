/** File requests, made by the API where a story is not about making them. */
import { type APIRequestContext, expect, type Page } from '@playwright/test'
import { type Account, bearer } from './account.ts'

/** What one asks for, and on which terms. */
export interface Asked {
  title: string
  message?: string
  folder_id?: string
  password?: string
  expires_in?: number
  max_files?: number
  max_file_size?: number
  types?: string[]
}

/** Makes a request. */
export async function ask(
  request: APIRequestContext,
  account: Account,
  asked: Asked,
): Promise<{ url: string; slug: string }> {
  const answer = await request.post('/api/requests', { headers: bearer(account), data: asked })
  expect(answer.status()).toBe(201)
  return (await answer.json()) as { url: string; slug: string }
}

/** The files that a page sends to a request, one below the other. */
export function sent(page: Page) {
  return page.getByRole('region', { name: 'Your files' }).getByRole('listitem')
}

/** Where a page takes files for somebody. */
export function chooser(page: Page, { username }: Pick<Account, 'username'>) {
  return page.getByLabel(`Choose files to send to ${username}`)
}
