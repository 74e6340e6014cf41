/** Files that are looked at, one of each kind. */
import { expect, type Locator } from '@playwright/test'
import { share, upload } from '../support/account.ts'
import { pdf, png, wav } from '../support/samples.ts'
import { anybody, LONG_NAME, type Scene } from './scene.ts'

const MARKDOWN =
  '# Plan\n\n- [x] [done](https://example.com)\n\n> said\n\n| a | b |\n|---|---|\n| `1` | 2 |\n\n' +
  '```\na line of code that is longer than any phone is wide, and then some more of it\n```\n\n' +
  '## Pictures\n\n![a cat](cat.png)\n'

/** What it is, its name and content, and what is there once it is shown. */
const FILES: readonly [string, string, Buffer, (viewer: Locator) => Locator][] = [
  ['picture', `${LONG_NAME}.png`, png(), (viewer) => viewer.getByRole('img')],
  ['sound', 'a.wav', wav(1), (viewer) => viewer.getByLabel('a.wav')],
  ['text', 'a.txt', Buffer.from('A line.\n'.repeat(200)), (viewer) => viewer.getByText('A line.')],
  ['text in Markdown', 'a.md', Buffer.from(MARKDOWN), (viewer) => viewer.getByText('a cat')],
  ['PDF', 'a.pdf', pdf(['Hello', 'again']), (viewer) => viewer.getByText('Hello')],
  [
    'file without a preview',
    'a.pdf',
    Buffer.from('no'),
    (viewer) => viewer.getByText('could not be shown'),
  ],
]

/** All of them, out of a link to several. */
export const PREVIEW_SCENES: readonly Scene[] = FILES.map(([what, name, content, sign]) => ({
  name: `a ${what} that is looked at`,
  visitor: anybody,
  open: async (page, request, account) => {
    const other = await upload(request, account, 'other.txt', Buffer.from('x'))
    const id = await upload(request, account, name, content)
    await page.goto(await share(request, account, { file_ids: [other, id] }))
    await page.getByRole('button', { name: `Preview ${name}` }).click()
    const viewer = page.getByRole('dialog', { name })
    await expect(sign(viewer)).toBeVisible()
  },
}))
