/**
 * What somebody is sent: the transfers it comes by, what has arrived, and what earlier pages left unfinished.
 * Made by `GuestRoom`.
 */
import { type Packed, packFolders } from './archive'
import { BlobStore } from './blob-store'
import { type BlockStore, type Opened } from './block-store'
import { type ChosenPlace } from './chosen-place'
import { ChosenStore } from './chosen-store'
import { type OfferedFile } from './control-messages'
import { OpfsStore } from './opfs-store'
import { recallPlace } from './place-memory'
import { type Begun, FileReceiver } from './receiver'
import { saveFile } from './saving'
import { Store } from './store'
import { type TalkLine } from './talk'
import { TransferFolder, type Unfinished } from './transfer-folder'

/** What has been received and proven, so that it can be saved once more. */
export interface Received {
  readonly files: readonly {
    readonly from: FileReceiver
    readonly number: number
    readonly file: File
  }[]
}

/** What an earlier page left unfinished, and the place that was chosen for it. */
interface Left extends Unfinished {
  readonly place: ChosenPlace | undefined
}

/** Takes files from the members of one room, and saves them. */
export class Inbox {
  readonly now = new Store<Received>({ files: [] })
  readonly #room: string
  /** What earlier pages left unfinished, and nobody has taken up. */
  #unfinished: Left[] = []

  /** `room` is the room's id. */
  constructor(room: string) {
    this.#room = room
  }

  /** Looks for what earlier pages left unfinished. Only for a page that has the room to itself. */
  async recall(): Promise<void> {
    this.#unfinished = await unfinished(this.#room)
  }

  /** Leaves what is still unfinished to whoever comes back for it. */
  release(): void {
    for (const { folder } of this.#unfinished) folder.release()
  }

  /** Starts receiving from the member of this id, or goes on. */
  begin(from: string, talk: TalkLine): FileReceiver {
    const left = this.#unfinished.find(({ record }) => record.from === from)
    this.#unfinished = this.#unfinished.filter((other) => other !== left)
    const inFolders: Packed[] = []
    const receiver: FileReceiver = new FileReceiver({
      talk,
      begun: left && this.#goOn(left, () => receiver),
      openStore: (files, place) => this.#openStore(from, files, place),
      deliver: (file, number, path) => {
        this.#keep(receiver, number, file)
        if (path === undefined) saveFile(file)
        else inFolders.push({ file, path })
      },
    })
    receiver.state.subscribe(() => {
      if (receiver.state.stage === 'verified') void saveFolders(inFolders.splice(0))
    })
    return receiver
  }

  async #openStore(
    from: string,
    files: readonly OfferedFile[],
    place: ChosenPlace | undefined,
  ): Promise<BlockStore> {
    const record = { room: this.#room, from, files: [...files] }
    if (place) return ChosenStore.open(record, place)
    return (await OpfsStore.open(record)) ?? new BlobStore()
  }

  /** What an earlier page has begun. */
  #goOn({ folder, record, place }: Left, receiver: () => FileReceiver): Begun {
    const { files } = record
    if (place) {
      return { files, place, open: () => ChosenStore.resume(folder, record, place) }
    }
    return {
      files,
      place,
      open: async () => {
        const opened = await OpfsStore.resume(folder)
        await this.#keepDelivered(receiver(), files, opened)
        return opened
      },
    }
  }

  /** Files that an earlier page has saved can be saved again. */
  async #keepDelivered(
    receiver: FileReceiver,
    files: readonly OfferedFile[],
    { store, journal }: Opened,
  ): Promise<void> {
    for (const number of journal.delivered) {
      const offered = files[number]
      if (offered) this.#keep(receiver, number, await store.finish(number, offered))
    }
  }

  #keep(from: FileReceiver, number: number, file: File): void {
    this.now.set({ files: [...this.now.getSnapshot().files, { from, number, file }] })
  }
}

async function saveFolders(files: readonly Packed[]): Promise<void> {
  for (const archive of await packFolders(files)) saveFile(archive)
}

/** What earlier pages left unfinished in this room, with the places that were chosen for it. */
async function unfinished(room: string): Promise<Left[]> {
  const left = await TransferFolder.unfinished(room)
  const found: Left[] = []
  for (const { folder, record } of left) {
    const place = record.chosen && (await recallPlace(folder.name).catch(() => undefined))
    // Nobody knows any more where it was to go.
    if (record.chosen && !place) folder.release()
    else found.push({ folder, record, place })
  }
  return found
}
