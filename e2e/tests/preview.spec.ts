/** Looking at files before they are fetched: every kind of them, and nothing in any that runs. */
import type { APIRequestContext, Page } from '@playwright/test'
import { type Account, bearer, share, upload } from '../support/account.ts'
import { pdf, png, wav, webm } from '../support/samples.ts'
import { expect, test } from '../support/test.ts'

/** Marks whatever page it runs in, and tells its console. */
const SCRIPT = 'window.ran = true; document.title = "ran"; console.error("ran"); location = "/ran"'
const HTML = Buffer.from(
  `<!doctype html><title>t</title><body onload='${SCRIPT}'><script>${SCRIPT}</script>`,
)
const SVG = Buffer.from(
  `<svg xmlns="http://www.w3.org/2000/svg" width="80" height="60" onload='${SCRIPT}'>` +
    `<script>${SCRIPT}</script><rect width="80" height="60" fill="teal"/></svg>`,
)
const MARKDOWN = Buffer.from(
  `# Plan\n\n<script>${SCRIPT}</script>\n\n<img src=x onerror='${SCRIPT}'>\n\n` +
    `[bad](javascript:${encodeURI(SCRIPT)}) [good](https://example.com/)\n\n` +
    '![cat](https://cats.example/cat.png) ![here](/favicon.svg)\n',
)
const PDF_SCRIPT = `/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>`

const POLYGLOT = Buffer.concat([Buffer.from('GIF89a/*'), HTML, Buffer.from('*/=1;%PDF-1.4')])

/** Whether anything of a file has run where it was opened. */
const hasRun = (page: Page) =>
  page.evaluate(() => 'ran' in window || document.title === 'ran' || location.pathname === '/ran')

const viewer = (page: Page, name: string) => page.getByRole('dialog', { name })

async function open(page: Page, name: string) {
  await page.getByRole('button', { name: `Preview ${name}` }).click()
  return viewer(page, name)
}

test('whoever has a link looks at each kind of file, and counts as no download', async ({
  request,
  account,
  person,
}) => {
  const page = await person()
  await page.goto('/')
  const long = `first line\n${'x'.repeat(1024 * 1024)}the end`
  const files = {
    'a.png': png(),
    'a.wav': wav(1),
    'a.webm': await webm(page),
    'a.txt': Buffer.from('naïve <b>text</b>'),
    'long.log': Buffer.from(long),
    'a.md': MARKDOWN,
    'deep.md': Buffer.from('>'.repeat(200_000)),
    'a.pdf': pdf(['Hello from page one', 'And from page two'], PDF_SCRIPT),
    'a.svg': SVG,
    'a.zip': Buffer.from('PK'),
    'broken.pdf': Buffer.from('nothing'),
    'broken.png': Buffer.from('nothing'),
    'binary.txt': Buffer.from([0x4d, 0x5a, 0, 1]),
  }
  const ids: string[] = []
  for (const [name, content] of Object.entries(files)) {
    ids.push(await upload(request, account, name, content))
  }
  const link = await share(request, account, { file_ids: ids })
  const foreign: string[] = []
  page.on('request', (asked) => {
    if (!asked.url().startsWith(new URL(link).origin)) foreign.push(asked.url())
  })
  await page.goto(link)
  const next = async (name: string) => {
    await page.keyboard.press('ArrowRight')
    return viewer(page, name)
  }

  await test.step('a picture, which grows where it is pressed', async () => {
    const shown = await open(page, 'a.png')
    const picture = shown.getByRole('img', { name: 'a.png' })
    await expect(picture).toHaveJSProperty('naturalWidth', 64)
    const fitted = await picture.boundingBox()
    await shown.getByRole('button', { name: 'Zoom in' }).click()
    await expect(shown.getByRole('button', { name: 'Fit to the window' })).toBeVisible()
    const grown = await picture.boundingBox()
    expect(grown?.width).toBeGreaterThan(1.9 * (fitted?.width ?? Infinity))
    await shown.getByRole('button', { name: 'Fit to the window' }).click()
  })

  await test.step('something to hear and something to watch', async () => {
    const sound = (await next('a.wav')).getByLabel('a.wav')
    await expect(sound).toHaveJSProperty('duration', 1)
    const film = (await next('a.webm')).getByLabel('a.webm')
    await expect(film).toHaveJSProperty('videoWidth', 160)
    await film.evaluate((video: HTMLVideoElement) => {
      video.muted = true
      return video.play()
    })
    await expect(film).toHaveJSProperty('ended', true)
  })

  await test.step('text as it stands, and only the beginning of a long one', async () => {
    const text = await next('a.txt')
    await expect(text.getByText('naïve <b>text</b>', { exact: true })).toBeVisible()
    const log = await next('long.log')
    await expect(log.getByText('Only the first MB is shown.')).toBeVisible()
    await expect(log.getByText('first line')).toBeVisible()
    await expect(log.getByText('the end')).toBeHidden()
  })

  await test.step('Markdown as it is meant, without what would run or be fetched', async () => {
    const plan = await next('a.md')
    await expect(plan.getByRole('heading', { name: 'Plan' })).toBeVisible()
    await expect(plan.getByText('Picture: cat')).toBeVisible()
    await expect(plan.getByRole('link')).toHaveText('good')
    await expect(plan.getByRole('link')).toHaveAttribute('rel', 'noopener noreferrer nofollow')
    const live = await plan.evaluate(
      (shown) => shown.querySelectorAll('script, img, [onerror]').length,
    )
    expect(live).toBe(0)
  })

  await test.step('and one that was made to take forever as it stands', async () => {
    const deep = await next('deep.md')
    await expect(deep.getByText('This text is too intricate to be laid out.')).toBeVisible()
    await expect(deep.getByText('>>>>>>>>')).toBeVisible()
  })

  await test.step('a PDF, drawn and with its text', async () => {
    const paper = await next('a.pdf')
    const first = paper.getByRole('region', { name: 'Page 1 of 2' })
    await expect(first.getByText('Hello from page one')).toBeAttached()
    await expect
      .poll(() =>
        first.evaluate((sheet) => {
          const canvas = sheet.querySelector('canvas')
          const pen = canvas?.getContext('2d')
          const pixels = canvas && pen?.getImageData(0, 0, canvas.width, canvas.height).data
          return pixels?.some((value, at) => at % 4 < 3 && value < 64)
        }),
      )
      .toBe(true)
    await expect(paper.getByRole('region', { name: 'Page 2 of 2' })).toBeAttached()
  })

  await test.step('a drawing, in which nothing runs', async () => {
    const drawing = await next('a.svg')
    await expect(drawing.getByRole('img', { name: 'a.svg' })).toHaveJSProperty('naturalWidth', 80)
  })

  await test.step('and of what is not shown it is said why', async () => {
    const other = await next('a.zip')
    await expect(other.getByText('There is no preview of this kind of file.')).toBeVisible()
    const downloaded = page.waitForEvent('download')
    await other.getByRole('button', { name: 'Download file' }).click()
    expect((await downloaded).suggestedFilename()).toBe('a.zip')
    await expect((await next('broken.pdf')).getByText('This PDF could not be shown')).toBeVisible()
    await expect(
      (await next('broken.png')).getByText('This picture could not be shown'),
    ).toBeVisible()
    await expect((await next('binary.txt')).getByText('more than text')).toBeVisible()
  })

  expect(await hasRun(page)).toBe(false)
  expect(foreign).toEqual([])
  const slug = new URL(link).pathname.split('/').pop() ?? ''
  const records = await request.get(`/api/shares/${slug}/downloads`, { headers: bearer(account) })
  const { items } = (await records.json()) as { items: { file_name: string }[] }
  expect(items.map(({ file_name }) => file_name)).toEqual(['a.zip'])
})

test('the viewer is used by keys alone, and gives the focus back', async ({
  request,
  account,
  person,
}) => {
  const ids: string[] = []
  for (const name of ['a.txt', 'b.txt', 'c.wav']) {
    ids.push(await upload(request, account, name, name === 'c.wav' ? wav(1) : Buffer.from(name)))
  }
  const page = await person()
  await page.goto(await share(request, account, { file_ids: ids }))
  const opener = page.getByRole('button', { name: 'Preview b.txt' })
  await opener.focus()
  await page.keyboard.press('Enter')
  await expect(viewer(page, 'b.txt')).toBeFocused()
  await expect(viewer(page, 'b.txt').getByText('2 of 3')).toBeVisible()
  await page.keyboard.press('ArrowLeft')
  await expect(viewer(page, 'a.txt')).toBeFocused()
  // The list ends here.
  await page.keyboard.press('ArrowLeft')
  await expect(viewer(page, 'a.txt').getByRole('button', { name: 'Previous file' })).toBeDisabled()
  await viewer(page, 'a.txt').getByRole('button', { name: 'Next file' }).press('Enter')
  await page.keyboard.press('ArrowRight')
  // Within what plays the keys are the player's.
  const sound = viewer(page, 'c.wav').getByLabel('c.wav')
  await sound.focus()
  await page.keyboard.press('ArrowLeft')
  await expect(sound).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toBeHidden()
  await expect(opener).toBeFocused()
})

test('one looks at one’s own files from their panel, through the list', async ({
  request,
  account,
  signedIn,
}) => {
  await upload(request, account, 'older.txt', Buffer.from('the older one'))
  const id = await upload(request, account, 'newer.txt', Buffer.from('the newer one'))
  const page = await signedIn(account)
  await page.goto(`/files?file=${id}`)
  const panel = page.getByRole('dialog', { name: 'newer.txt' })
  await panel.getByRole('button', { name: 'Preview' }).click()
  await expect(page.getByText('the newer one')).toBeVisible()
  await page.keyboard.press('ArrowRight')
  await expect(page.getByText('the older one')).toBeVisible()
  await page.keyboard.press('Escape')
  // Only the viewer closes.
  await expect(panel.getByRole('button', { name: 'Preview' })).toBeFocused()
})

test('a password is asked once, and a limited link shows nothing before', async ({
  request,
  account,
  person,
}) => {
  const id = await upload(request, account, 'a.txt', Buffer.from('behind a password'))
  const page = await person()
  await page.goto(await share(request, account, { file_ids: [id], password: 'open sesame' }))
  await page.getByLabel('Password').fill('open sesame')
  await page.getByRole('button', { name: 'Unlock' }).click()
  await page.getByRole('button', { name: 'Preview' }).click()
  await expect(page.getByText('behind a password')).toBeVisible()
  await page.goto(await share(request, account, { file_ids: [id], max_downloads: 1 }))
  await expect(page.getByRole('button', { name: 'Download' })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Preview' })).toBeHidden()
})

/** Addresses of a file: to save it, and to look at it. */
async function addresses(request: APIRequestContext, account: Account, id: string) {
  const headers = bearer(account)
  const details = await request.get(`/api/files/${id}`, { headers })
  const shown = await request.post(`/api/files/${id}/preview`, { headers })
  const { download_url } = (await details.json()) as { download_url: string }
  const { preview_url } = (await shown.json()) as { preview_url: string }
  return { download_url, preview_url }
}

/** Sends a page to an address, by which it saves a file and stays what it was. */
async function expectSaved(page: Page, url: string, name: string) {
  await page.goto('/')
  const downloaded = page.waitForEvent('download')
  await page.evaluate((url) => (location.href = url), url)
  expect((await downloaded).suggestedFilename()).toBe(name)
  expect(await hasRun(page)).toBe(false)
  expect(new URL(page.url()).pathname).toBe('/')
}

test('a file runs nothing by any of its addresses', async ({
  request,
  account,
  person,
  consoles,
}) => {
  for (const [name, content] of [
    ['a.html', HTML],
    ['a.svg', SVG],
    ['a.xml', SVG],
    ['a.xhtml', SVG],
    ['a.md', MARKDOWN],
    ['polyglot.gif', POLYGLOT],
  ] as const) {
    await test.step(name, async () => {
      const id = await upload(request, account, name, content)
      const { download_url, preview_url: url } = await addresses(request, account, id)
      const page = await person()
      const popups: Page[] = []
      page.on('popup', (popup) => popups.push(popup))
      await expectSaved(page, download_url, name)
      await page.goto(url)
      expect(await hasRun(page)).toBe(false)
      expect(page.url()).toBe(url)
      expect(popups).toEqual([])
      // Nor within a frame of our own origin, which has none of the page's powers there.
      await page.goto('/')
      await page.evaluate((framed) => {
        const frame = document.createElement('iframe')
        frame.src = framed
        const loaded = new Promise((resolve) => (frame.onload = resolve))
        document.body.append(frame)
        return loaded
      }, url)
      expect(await hasRun(page)).toBe(false)
      await page.close()
    })
  }
  // That scripts were refused is what the sandbox says, and none of theirs said anything.
  const said = consoles.errors.splice(0)
  expect(said.filter((text) => text.startsWith('ran'))).toEqual([])
  for (const text of said) expect(text).toMatch(/sandbox|Content Security Policy/i)
})

test('a PDF is saved by any of its addresses, for a browser’s own viewer runs what is in it', async ({
  request,
  account,
  person,
}) => {
  const page = await person()
  for (const [name, content] of [
    ['a.pdf', pdf(['Hello'], PDF_SCRIPT)],
    ['polyglot.pdf', POLYGLOT],
  ] as const) {
    const id = await upload(request, account, name, content)
    for (const url of Object.values(await addresses(request, account, id))) {
      await expectSaved(page, url, name)
    }
  }
})
