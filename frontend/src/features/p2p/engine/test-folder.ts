/**
 * A folder in memory that does what `FileSystemDirectoryHandle` does as far as naming and writing go, for the tests of
 * both. The stories of `e2e/tests/saving.spec.ts` have the real thing.
 */

interface Options {
  /** Capitals make no difference, as on most disks of Windows and macOS. */
  readonly ignoresCase?: boolean
  /** Names that the browser gives to nothing. */
  readonly refuses?: RegExp
}

/** A file: what is written is there once the stream is closed. */
export class TestFile {
  readonly kind = 'file'
  readonly name: string
  content = new Uint8Array(0)
  /** Streams that are neither closed nor aborted. */
  writing = 0

  constructor(name: string, content = '') {
    this.name = name
    this.content = new TextEncoder().encode(content)
  }

  getFile(): Promise<File> {
    return Promise.resolve(new File([this.content], this.name))
  }

  createWritable() {
    this.writing += 1
    let bytes = new Uint8Array(0)
    return Promise.resolve({
      write: (piece: string | { position: number; data: Uint8Array }) => {
        const { position, data } =
          typeof piece === 'string'
            ? { position: bytes.length, data: new TextEncoder().encode(piece) }
            : piece
        const longer = new Uint8Array(Math.max(bytes.length, position + data.length))
        longer.set(bytes)
        longer.set(data, position)
        bytes = longer
        return Promise.resolve()
      },
      close: () => {
        this.writing -= 1
        this.content = bytes
        return Promise.resolve()
      },
      abort: () => {
        this.writing -= 1
        return Promise.resolve()
      },
    })
  }
}

/** A folder. */
export class TestFolder {
  readonly kind = 'directory'
  readonly name: string
  readonly #options: Options
  readonly #entries = new Map<string, TestFile | TestFolder>()

  constructor(name = '', options: Options = {}) {
    this.name = name
    this.#options = options
  }

  /** The same, as the code under test knows it. */
  get handle(): FileSystemDirectoryHandle {
    return this as unknown as FileSystemDirectoryHandle
  }

  getFileHandle(name: string, options?: { create?: boolean }): Promise<TestFile> {
    return this.#get(name, options, TestFile, () => new TestFile(name))
  }

  getDirectoryHandle(name: string, options?: { create?: boolean }): Promise<TestFolder> {
    return this.#get(name, options, TestFolder, () => new TestFolder(name, this.#options))
  }

  removeEntry(name: string): Promise<void> {
    const entry = this.#entries.get(this.#key(name))
    if (!entry) return Promise.reject(new DOMException('', 'NotFoundError'))
    if (entry instanceof TestFolder && entry.#entries.size > 0) {
      return Promise.reject(new DOMException('', 'InvalidModificationError'))
    }
    this.#entries.delete(this.#key(name))
    return Promise.resolve()
  }

  /** Puts a file here, as somebody else did before. */
  put(name: string, content = ''): void {
    this.#entries.set(this.#key(name), new TestFile(name, content))
  }

  /** Every file below, by its path, with its content. */
  files(): Record<string, string> {
    const all: Record<string, string> = {}
    for (const entry of this.#entries.values()) {
      if (entry instanceof TestFile) all[entry.name] = new TextDecoder().decode(entry.content)
      else {
        for (const [path, content] of Object.entries(entry.files())) {
          all[`${entry.name}/${path}`] = content
        }
      }
    }
    return all
  }

  /** The names in it. */
  names(): string[] {
    return [...this.#entries.values()].map(({ name }) => name)
  }

  #key(name: string): string {
    return this.#options.ignoresCase ? name.toLowerCase() : name
  }

  #get<T extends TestFile | TestFolder>(
    name: string,
    options: { create?: boolean } | undefined,
    kind: new (name: string) => T,
    make: () => T,
  ): Promise<T> {
    if (this.#options.refuses?.test(name)) return Promise.reject(new TypeError('not allowed'))
    const there = this.#entries.get(this.#key(name))
    if (there instanceof kind) return Promise.resolve(there)
    if (there) return Promise.reject(new DOMException('', 'TypeMismatchError'))
    if (!options?.create) return Promise.reject(new DOMException('', 'NotFoundError'))
    const made = make()
    this.#entries.set(this.#key(name), made)
    return Promise.resolve(made)
  }
}
