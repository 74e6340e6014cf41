/** A Chromium of its own on a machine of the laboratory. */
import path from 'node:path'
import { chromium } from 'playwright-core'

/** Playwright starts a program, not a command line, so a small one chooses the machine. */
const STARTER = path.join(import.meta.dirname, 'chromium.sh')

/**
 * Starts a browser.
 * @param {import('./namespaces.mjs').Machine} machine
 * @param {string} origin The server's. Its pages need a secure context (for the private file system and for
 *   `crypto.subtle`), which plain HTTP has on loopback only: so the browser is told to take this origin for one.
 * @param {string[]} words Further command-line options.
 */
export function launchOn(machine, origin, words = []) {
  return chromium.launch({
    executablePath: STARTER,
    env: {
      ...process.env,
      SHARESYNC_LAB_MACHINE: machine.namespace,
      SHARESYNC_LAB_CHROMIUM: process.env.CHROMIUM ?? '/usr/bin/chromium',
    },
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      `--unsafely-treat-insecure-origin-as-secure=${origin}`,
      ...words,
    ],
  })
}
