/** Real browsers against the real server: `npm ci && npx playwright test`. */
import { defineConfig } from '@playwright/test'
import { FIREFOX_RECEIVES, MIXED } from './support/browsers.ts'
import type { Choices } from './support/test.ts'

/** Told on machines of their own, with networks and disks that are as the story wants them. */
const LABORATORY = ['network*.spec.ts', 'full-disk.spec.ts']

/**
 * About accounts and what is in them, wherever a server keeps it. `integrity` is about what a disk does to it, `bucket`
 * about a bucket that comes and goes: they bring their own.
 */
const STORED = [
  'accounts',
  'admin',
  'archives',
  'cloud',
  'events',
  'hand-ins',
  'library',
  'requests',
  'retention',
  'sessions',
  'share-rules',
  'sign-in',
  'trash',
  'tus',
  'uploads',
].map((name) => `${name}.spec.ts`)

export default defineConfig<object, Choices>({
  testDir: 'tests',
  fullyParallel: true,
  workers: 2,
  retries: 0,
  forbidOnly: process.env.CI !== undefined,
  // How long a story may hang, which says nothing of the product: machines that do other things as well are slow.
  timeout: 180_000,
  expect: { timeout: 45_000 },
  reporter: [['list'], ['./support/causes.ts']],
  projects: [
    { name: 'pages', testIgnore: LABORATORY },
    // The main stories again, with a Firefox on one side.
    { name: 'firefox-sends', grep: new RegExp(MIXED.tag), use: { sendsWith: 'firefox' } },
    {
      name: 'firefox-receives',
      grep: [MIXED, FIREFOX_RECEIVES].map(({ tag }) => new RegExp(tag)),
      use: { receivesWith: 'firefox' },
    },
    // What is kept, again, in PostgreSQL, a bucket and Redis.
    { name: 'server-rung', testMatch: STORED, use: { rung: 'server' } },
    // Which takes root and Linux: `make` looks before.
    { name: 'network', testMatch: LABORATORY },
  ],
  use: {
    browserName: 'chromium',
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
    // A story that fails shows what it saw. Filming all along would take a third of two cores: the trace has the
    // documents, and the end has a picture.
    trace: { mode: 'retain-on-failure', screenshots: false, snapshots: true, sources: false },
    screenshot: 'only-on-failure',
  },
})
