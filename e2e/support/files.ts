/** Files to send, and what came of them. */
import { randomBytes } from 'node:crypto'
import { mkdir, open, truncate, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Download } from '@playwright/test'
import { sha256 } from './sha256.mjs'

const MIB = 1024 * 1024

/** A file on disk. */
export interface SourceFile {
  readonly path: string
  readonly name: string
}

/** Writes a file of random bytes. */
export async function randomFile(folder: string, name: string, size: number): Promise<SourceFile> {
  await mkdir(folder, { recursive: true })
  const file = { path: path.join(folder, name), name }
  const handle = await open(file.path, 'w')
  for (let left = size; left > 0; left -= MIB) await handle.write(randomBytes(Math.min(left, MIB)))
  await handle.close()
  return file
}

/** Makes a file of that many zeros, which takes no time and no space. */
export async function hollowFile(folder: string, name: string, size: number): Promise<SourceFile> {
  await mkdir(folder, { recursive: true })
  const file = { path: path.join(folder, name), name }
  await writeFile(file.path, '')
  await truncate(file.path, size)
  return file
}

/** Names and digests of files on disk. */
export async function digests(files: readonly SourceFile[]): Promise<Record<string, string>> {
  const entries = files.map(async (file) => [file.name, await sha256(file.path)] as const)
  return Object.fromEntries(await Promise.all(entries))
}

/** Names and digests of what a browser downloaded. */
export async function downloadedDigests(
  downloads: readonly Download[],
): Promise<Record<string, string>> {
  const entries = downloads.map(
    async (download) =>
      [download.suggestedFilename(), await sha256(await download.path())] as const,
  )
  return Object.fromEntries(await Promise.all(entries))
}
