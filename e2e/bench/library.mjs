/**
 * A folder of 50,000 files (or `LIBRARY_FILES`) in a page of the library: how soon its first rows are seen, and when frames
 * come while it is scrolled through. Called by `run.mjs`.
 */
import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { chromium } from '@playwright/test'
import { sqliteIn } from './databases.mjs'
import { median, percentile } from './median.mjs'
import { startServer } from './server-process.mjs'

const FILES = Number(process.env.LIBRARY_FILES ?? 50_000)
const GOAL_OPEN_MS = 300
const OPENINGS = 7
/** A frame that comes later than that has taken the place of another, in milliseconds. */
const LATE_MS = 34
const SCROLLING_MS = 10_000
/** Pixels a second: reading, leafing, and a flick after the other. */
const SPEEDS = [1000, 4000, 12_000]
/** Rows that are inserted by one statement. */
const ROWS = 1000

const ACCOUNT = { email: 'bench@example.com', username: 'bench', password: 'correct horse battery' }
const VIEWPORTS = { desk: { width: 1440, height: 900 }, phone: { width: 360, height: 740 } }

/** Measures and prints. */
export async function measureLibrary(binary) {
  const folder = await mkdtemp(path.join(tmpdir(), 'sharesync-bench-'))
  try {
    const first = await startServer(binary, { folder })
    await register(first.url)
    await first.stop()
    await sqliteIn(folder).execute(statements())
    const server = await startServer(binary, { folder })
    const browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu'],
    })
    try {
      for (const [name, viewport] of Object.entries(VIEWPORTS))
        await look(await browser.newPage({ baseURL: server.url, viewport }), name)
    } finally {
      await browser.close()
      await server.stop()
    }
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function register(url) {
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify(ACCOUNT)
  const answer = await fetch(`${url}/api/auth/register`, { method: 'POST', headers, body })
  if (!answer.ok) throw new Error(await answer.text())
}

function* statements() {
  const now = Date.now()
  const folder = idOf('c', 0)
  yield 'begin'
  yield `insert into folder (id, account_id, parent_id, name, name_key, created_at)
    select x'${folder}', id, id, 'many', 'many', ${now} from account`
  for (let from = 0; from < FILES; from += ROWS) {
    const numbers = Array.from({ length: Math.min(ROWS, FILES - from) }, (_, n) => from + n)
    const objects = numbers.map((n) => `(x'${idOf('b', n)}', 'live', ${now})`)
    yield `insert into object (id, state, created_at) values ${objects.join()}`
    const files = numbers.map((n) => {
      const name = `IMG_${String(n).padStart(5, '0')} from the mountains.jpg`
      return `(x'${idOf('a', n)}', x'${idOf('b', n)}', '${name}', '${name.toLowerCase()}', ${1000 + n * 37})`
    })
    yield `insert into file (id, account_id, folder_id, object_id, name, name_key, size, sha256, content_type, created_at, expires_at)
      select column1, (select id from account), x'${folder}', column2, column3, column4, column5, zeroblob(32), 'image/jpeg',
        ${now}, ${now + 7 * 24 * 3600_000} from (values ${files.join()})`
  }
  yield 'commit'
}

/** The so many-th id of a kind, later ones behind earlier ones, as 32 digits in the shape of UUID version 7. */
function idOf(kind, n) {
  const time = n.toString(16).padStart(12, '0')
  const rest = createHash('sha256').update(`${kind}${n}`).digest('hex')
  return `${time}7${rest.slice(0, 3)}8${kind}${rest.slice(3, 17)}`
}

async function look(page, name) {
  page.setDefaultTimeout(120_000)
  await page.goto('/sign-in')
  await page.getByLabel('Email').fill(ACCOUNT.email)
  await page.getByLabel('Password').fill(ACCOUNT.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('button', { name: 'Account: bench' }).waitFor()
  await measureOpening(page, name)
  const work = await mainThread(page)
  for (const speed of [0, ...SPEEDS]) {
    await page.evaluate(() => scrollTo(0, 0))
    const before = await work()
    const seen = await page.evaluate(scrollThrough, { speed, ms: SCROLLING_MS })
    const after = await work()
    report(speed === 0 ? `${name}: at rest` : `${name}: at ${speed} pixels a second`, seen)
    const parts = Object.keys(before).map(
      (part) =>
        `${part} ${((1000 * (after[part] - before[part])) / seen.intervals.length).toFixed(1)} ms`,
    )
    print(`  of the main thread’s CPU a frame: ${parts.join(', ')}`)
  }
  const started = performance.now()
  await page.evaluate(() => scrollTo(0, document.body.scrollHeight))
  await page.getByRole('link', { name: 'IMG_00000 from the mountains.jpg' }).waitFor()
  print(
    `${name}: the last rows ${((performance.now() - started) / 1000).toFixed(1)} s after a jump there`,
  )
  await page.close()
}

/** CPU seconds that the page's main thread has worked so far, and on what: what else the machine does is not in them. */
async function mainThread(page) {
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' })
  return async () => {
    const { metrics } = await devtools.send('Performance.getMetrics')
    const of = (name) => metrics.find((metric) => metric.name === name).value
    return {
      all: of('TaskDuration'),
      script: of('ScriptDuration'),
      layout: of('LayoutDuration'),
      style: of('RecalcStyleDuration'),
    }
  }
}

/** From the press on a folder to the frame behind its first rows, each time by a page that knows nothing of it. */
async function measureOpening(page, name) {
  const times = []
  for (let n = 0; n < OPENINGS; n += 1) {
    await page.goto('/files')
    const folder = page.getByRole('link', { name: 'many', exact: true })
    await folder.waitFor()
    await page.waitForLoadState('networkidle')
    await page.evaluate(noteOpening)
    await folder.click()
    times.push(await page.evaluate(() => window.opened))
  }
  const figures = times.map((ms) => ms.toFixed(0)).join(', ')
  print(
    `${name}: first rows after ${median(times).toFixed(0)} ms (${figures}; goal: below ${GOAL_OPEN_MS} ms)`,
  )
}

/** In the page: when the first rows have been drawn after the next press. */
function noteOpening() {
  window.opened = new Promise((resolve) => {
    addEventListener(
      'click',
      () => {
        const pressed = performance.now()
        const look = () => {
          const isThere = document.querySelectorAll('tbody a[href*="file="]').length > 5
          if (isThere) requestAnimationFrame(() => resolve(performance.now() - pressed))
          else requestAnimationFrame(look)
        }
        look()
      },
      { once: true, capture: true },
    )
  })
}

/** In the page: scrolls for so long; the time between frames, and how many rows had yet to come when they were drawn. */
function scrollThrough({ speed, ms }) {
  return new Promise((resolve) => {
    const intervals = []
    let waiting = 0
    let before
    const from = performance.now()
    const step = (now) => {
      if (before !== undefined) {
        intervals.push(now - before)
        scrollBy(0, (speed * (now - before)) / 1000)
        if (document.querySelector('tbody tr[aria-rowindex]:not([draggable])')) waiting += 1
      }
      before = now
      if (now - from < ms) requestAnimationFrame(step)
      else resolve({ intervals, waiting })
    }
    requestAnimationFrame(step)
  })
}

function report(what, { intervals, waiting }) {
  const late = intervals.filter((interval) => interval > LATE_MS).length
  print(
    `${what}: ${intervals.length} frames, p50 ${percentile(intervals, 50).toFixed(1)} ms, ` +
      `p99 ${percentile(intervals, 99).toFixed(1)} ms, at most ${Math.max(...intervals).toFixed(0)} ms; ` +
      `${late} later than ${LATE_MS} ms (goal: 0); ${waiting} with rows that had yet to come`,
  )
}

function print(line) {
  process.stdout.write(`${line}\n`)
}
