/**
 * A folder on this disk that a person chooses in the browser's dialog. No test can press the dialog's buttons: what is
 * put in its place hands the page the same kind of handle to the same folder, got by dropping it. The browser is
 * told beforehand that its person lets this page write there, as it notes it itself.
 */
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import {
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type LaunchOptions,
  type Page,
} from '@playwright/test'
import { drop } from './drop.ts'
import { sha256 } from './sha256.mjs'

/** Opens a browser profile in which pages of `origin` may write to `folder`. */
export async function openWithFolder(
  profile: string,
  origin: string,
  folder: string,
  options: LaunchOptions & BrowserContextOptions,
): Promise<BrowserContext> {
  await mkdir(path.join(profile, 'Default'), { recursive: true })
  const grant = {
    path: folder,
    'display-name': path.basename(folder),
    'is-directory': true,
    readable: true,
    writable: true,
  }
  const exceptions = {
    file_system_access_extended_permission: { [`${origin},*`]: { setting: 1 } },
    file_system_access_chooser_data: {
      [`${origin},*`]: { setting: { 'chosen-objects': [grant] } },
    },
  }
  const preferences = JSON.stringify({ profile: { content_settings: { exceptions } } })
  await writeFile(path.join(profile, 'Default', 'Preferences'), preferences)
  return chromium.launchPersistentContext(profile, options)
}

interface Choosing {
  dropped: Promise<FileSystemDirectoryHandle>
  showDirectoryPicker: () => Promise<FileSystemDirectoryHandle>
  showSaveFilePicker: (options: { suggestedName: string }) => Promise<FileSystemFileHandle>
}

/** Whatever folder, or file in it, the page asks for, it is given this one. */
export async function choose(page: Page, folder: string): Promise<void> {
  await page.evaluate(() => {
    const choosing = window as unknown as Choosing
    choosing.dropped = new Promise((resolve) => {
      for (const type of ['dragenter', 'dragover']) {
        window.addEventListener(type, (event) => {
          event.preventDefault()
        })
      }
      const take = (event: DragEvent) => {
        event.preventDefault()
        event.stopPropagation()
        const item = event.dataTransfer?.items[0]
        const dropped = item as unknown as {
          getAsFileSystemHandle: () => Promise<FileSystemDirectoryHandle>
        }
        void dropped.getAsFileSystemHandle().then(resolve)
      }
      window.addEventListener('drop', take, { once: true, capture: true })
    })
    choosing.showDirectoryPicker = () => choosing.dropped
    choosing.showSaveFilePicker = async ({ suggestedName }) =>
      (await choosing.dropped).getFileHandle(`my ${suggestedName}`, { create: true })
  })
  await drop(page, folder)
  await page.evaluate(() => (window as unknown as Choosing).dropped)
}

/** Every file below a folder, by its path there, with its SHA-256. */
export async function treeDigests(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
  const digests = files.map(
    async (file) => [path.relative(folder, file), await sha256(file)] as const,
  )
  return Object.fromEntries((await Promise.all(digests)).sort(([a], [b]) => (a < b ? -1 : 1)))
}
