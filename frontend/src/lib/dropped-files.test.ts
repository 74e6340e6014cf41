import { describe, expect, it } from 'vitest'
import { chosenFiles, droppedFiles, MAX_WALKED } from './dropped-files'

/** How many entries a reader gives at a time, as Chromium's does. */
const BATCH = 100

/** A file or a folder as a browser gives it. */
type Entry =
  | { isDirectory: false; name: string; file: (ok: (file: File) => void, no: () => void) => void }
  | { isDirectory: true; name: string; createReader: () => unknown }

function fileEntry(name: string, readable = true): Entry {
  return {
    isDirectory: false,
    name,
    file: (ok, no) => (readable ? ok(new File(['x'], name)) : no()),
  }
}

function folderEntry(name: string, entries: Entry[], readable = true): Entry {
  return {
    isDirectory: true,
    name,
    createReader: () => {
      let at = 0
      return {
        readEntries: (ok: (entries: Entry[]) => void, no: () => void) => {
          if (!readable) no()
          else ok(entries.slice(at, (at += BATCH)))
        },
      }
    },
  }
}

/** A drop of these; `null` is a file without an entry, a string no file at all. */
function drop(...what: (Entry | { pasted: File } | string)[]) {
  // As in a browser, everything is gone once the event is over.
  let over = false
  void Promise.resolve().then(() => (over = true))
  const items = what.map((one) => ({
    kind: typeof one === 'string' ? 'string' : 'file',
    getAsFile: () => {
      if (over || typeof one === 'string') return null
      return 'pasted' in one ? one.pasted : new File(['x'], one.name)
    },
    webkitGetAsEntry: () => (over || typeof one === 'string' || 'pasted' in one ? null : one),
  }))
  return droppedFiles({ items } as unknown as DataTransfer)
}

async function paths(dropped: ReturnType<typeof drop>): Promise<string[]> {
  return (await dropped).files.map(({ file, path }) => `${path}|${file.name}`)
}

describe('a drop', () => {
  it('gives its files, with or without entries, and leaves the rest', async () => {
    const pasted = new File(['b'], 'pasted.png')
    const dropped = drop(fileEntry('letter.txt'), 'a selection', { pasted })
    expect(await paths(dropped)).toEqual(['|letter.txt', '|pasted.png'])
  })

  it('gives the files of its folders, and says which folders they are in', async () => {
    const dropped = drop(
      folderEntry('photos', [
        fileEntry('cover.jpg'),
        folderEntry('2024', [fileEntry('b.jpg'), folderEntry('may', [fileEntry('a.jpg')])]),
        folderEntry('empty', []),
      ]),
      fileEntry('letter.txt'),
    )
    expect(await paths(dropped)).toEqual([
      'photos/2024|b.jpg',
      'photos/2024/may|a.jpg',
      'photos|cover.jpg',
      '|letter.txt',
    ])
  })

  it('gives them in the order of their names, numbers as numbers', async () => {
    const names = ['10.jpg', '9.jpg', 'B.jpg', 'a.jpg']
    const dropped = drop(
      folderEntry(
        'p',
        names.map((name) => fileEntry(name)),
      ),
    )
    expect(await paths(dropped)).toEqual(['p|9.jpg', 'p|10.jpg', 'p|a.jpg', 'p|B.jpg'])
  })

  it('reads a folder to its end, though it comes in parts', async () => {
    const many = Array.from({ length: 2 * BATCH + 1 }, (_, at) => fileEntry(`${at}`))
    expect((await drop(folderEntry('many', many))).files).toHaveLength(many.length)
  })

  it('counts what cannot be read, and takes the rest', async () => {
    const dropped = await drop(
      folderEntry('mixed', [
        fileEntry('gone.txt', false),
        fileEntry('there.txt'),
        folderEntry('closed', [], false),
      ]),
    )
    expect(dropped.files.map(({ file }) => file.name)).toEqual(['there.txt'])
    expect(dropped.unreadable).toBe(2)
  })

  it('does not walk a whole disk', async () => {
    const half = Array.from({ length: MAX_WALKED / 2 + 1 }, (_, at) => fileEntry(`${at}`))
    const dropped = await drop(folderEntry('a', half), folderEntry('b', half))
    expect(dropped.files).toHaveLength(MAX_WALKED)
  })
})

describe('a file input', () => {
  it('says where in a chosen folder each file is', () => {
    const inFolder = new File(['x'], 'a.jpg')
    Object.defineProperty(inFolder, 'webkitRelativePath', { value: 'photos/2024/a.jpg' })
    const alone = new File(['x'], 'b.jpg')
    Object.defineProperty(alone, 'webkitRelativePath', { value: '' })
    const list = [inFolder, alone] as unknown as FileList
    expect(chosenFiles(list)).toEqual({
      files: [
        { file: inFolder, path: 'photos/2024' },
        { file: alone, path: '' },
      ],
      unreadable: 0,
    })
    expect(chosenFiles(null).files).toEqual([])
  })
})
