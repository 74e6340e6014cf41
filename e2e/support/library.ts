/** The library as a page shows it, for the stories about it. */
import { type APIRequestContext, expect, type Page } from '@playwright/test'
import { type Account, bearer } from './account.ts'

/** A row of a file or folder. */
export function row(page: Page, name: string) {
  return page.getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) })
}

/** Names in the list, from its top. */
export function names(page: Page): Promise<string[]> {
  return page
    .getByRole('row')
    .getByRole('checkbox')
    .evaluateAll((boxes) =>
      boxes.slice(1).map((box) => (box.getAttribute('aria-label') ?? '').replace(/^Select /, '')),
    )
}

/** Chooses from the menu of a row. */
export async function choose(page: Page, name: string, action: string) {
  await page.getByRole('button', { name: `Actions for ${name}`, exact: true }).click()
  await page.getByRole('menuitem', { name: action }).click()
}

/** Makes a folder, by the API, and returns its id. */
export async function makeFolder(
  request: APIRequestContext,
  account: Account,
  name: string,
  parent: string | null = null,
): Promise<string> {
  const data = { name, parent_id: parent }
  const answer = await request.post('/api/folders', { headers: bearer(account), data })
  expect(answer.status()).toBe(201)
  return ((await answer.json()) as { id: string }).id
}

/** Moves files, by the API. */
export async function moveFiles(
  request: APIRequestContext,
  account: Account,
  fileIds: readonly string[],
  to: string,
): Promise<void> {
  const data = { file_ids: fileIds, to }
  const answer = await request.post('/api/files/move', { headers: bearer(account), data })
  expect(answer.ok()).toBe(true)
}
