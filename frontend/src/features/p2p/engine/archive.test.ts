// @vitest-environment node
/** Where there is no private file system, as here, the archive is made in memory. */
import { expect, it, vi } from 'vitest'
import { packFolders } from './archive'

const file = (name: string, content: string) =>
  new File([content], name, { lastModified: Date.UTC(2024, 0, 2, 3, 4, 6) })

/** Names in an archive's local headers (APPNOTE 4.3.7), in order. */
async function names(archive: File): Promise<string[]> {
  const bytes = new Uint8Array(await archive.arrayBuffer())
  const view = new DataView(bytes.buffer)
  const found: string[] = []
  for (let at = 0; at + 30 < bytes.length; at += 1) {
    if (view.getUint32(at) !== 0x504b0304) continue
    const length = view.getUint16(at + 26, true)
    found.push(new TextDecoder().decode(bytes.subarray(at + 30, at + 30 + length)))
  }
  return found
}

it('packs each outermost folder, with its tree', async () => {
  vi.stubGlobal('isSecureContext', false)
  const archives = await packFolders([
    { file: file('a.txt', 'one'), path: 'photos' },
    { file: file('b.txt', 'two'), path: 'photos/2024/été' },
    { file: file('c.txt', 'three'), path: 'notes' },
  ])
  expect(archives.map((archive) => archive.name)).toEqual(['photos.zip', 'notes.zip'])
  expect(await names(archives[0] ?? file('', ''))).toEqual([
    'photos/a.txt',
    'photos/2024/été/b.txt',
  ])
})

it('gives no name that leads out of where it is unpacked, or hides', async () => {
  vi.stubGlobal('isSecureContext', false)
  const [archive] = await packFolders([
    { file: file('..\\evil.txt', 'x'), path: '...' },
    { file: file('.bashrc', 'x'), path: '.ssh/con' },
  ])
  for (const name of await names(archive ?? file('', ''))) {
    expect(name).not.toMatch(/(^|\/)\.|\\|(^|\/)con(\/|$)/)
  }
})
