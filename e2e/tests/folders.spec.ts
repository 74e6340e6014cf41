/** Whole folders, chosen and dropped. */
import path from 'node:path'
import type { Page } from '@playwright/test'
import { FIREFOX_RECEIVES } from '../support/browsers.ts'
import { drop } from '../support/drop.ts'
import { randomFile } from '../support/files.ts'
import { expect, test } from '../support/test.ts'

/** A folder with folders in it. */
async function folder(at: string): Promise<string> {
  await randomFile(path.join(at, 'photos'), 'cover.jpg', 3000)
  await randomFile(path.join(at, 'photos', '2024', 'may'), 'a.jpg', 5000)
  await randomFile(path.join(at, 'photos', '2024', 'may'), 'b.jpg', 0)
  return path.join(at, 'photos')
}

const row = (page: Page) =>
  page.getByRole('list', { name: 'Files' }).getByRole('listitem').filter({ hasText: 'photos' })

test('a folder that is chosen is one row, and can be taken back', async ({ person }, testInfo) => {
  const page = await person()
  await page.goto('/p2p')
  await page.getByLabel('Choose a folder').setInputFiles(await folder(testInfo.outputDir))
  await expect(row(page)).toContainText('Folder, 3 files')
  await row(page).getByRole('button', { name: 'Remove photos' }).click()
  await expect(row(page)).toBeHidden()
})

test(
  'a folder that is chosen arrives as one',
  FIREFOX_RECEIVES,
  async ({ sender, receiver, received }, testInfo) => {
    await sender.goto('/p2p')
    await sender.getByLabel('Choose a folder').setInputFiles(await folder(testInfo.outputDir))
    await receiver.goto(await sender.getByRole('textbox', { name: 'Room link' }).inputValue())
    await expect(receiver.getByText('offers 3 files')).toBeVisible()
    await receiver.getByRole('button', { name: 'Accept' }).click()
    for (const page of [sender, receiver]) {
      await expect(page.getByRole('status')).toContainText('Verified')
    }
    await expect.poll(async () => Object.keys(await received())).toEqual(['photos.zip'])
  },
)

test('a folder that is dropped is offered with everything in it', async ({ person }, testInfo) => {
  const [sender, receiver] = [await person(), await person()]
  await sender.goto('/p2p')
  await expect(sender.getByRole('heading', { level: 1 })).toBeVisible()
  await drop(sender, await folder(testInfo.outputDir))
  await expect(row(sender)).toContainText('Folder, 3 files')

  await receiver.goto(await sender.getByRole('textbox', { name: 'Room link' }).inputValue())
  await expect(receiver.getByText('offers 3 files')).toBeVisible()
  const download = receiver.waitForEvent('download')
  await receiver.getByRole('button', { name: 'Accept' }).click()
  expect((await download).suggestedFilename()).toBe('photos.zip')
  await expect(receiver.getByRole('status')).toContainText('Verified')
  await expect(sender.getByRole('status')).toContainText('Verified')
})

test('a folder dropped on the home page goes along to the room', async ({ person }, testInfo) => {
  const page = await person()
  await page.goto('/')
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await drop(page, await folder(testInfo.outputDir))
  await expect(page.getByText('3 files')).toBeVisible()
  await page.getByRole('link', { name: 'Send now' }).click()
  await expect(row(page)).toContainText('Folder, 3 files')
})
