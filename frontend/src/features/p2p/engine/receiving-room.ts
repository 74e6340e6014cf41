/** The room of somebody who was sent its link: takes what the sender offers, and saves it. */
import { type LinkKey } from '../secrecy/link-key'
import { type Packed, packFolders } from './archive'
import { BlobStore } from './blob-store'
import { OpfsStore, type Unfinished } from './opfs-store'
import { sweepOpfs } from './opfs-sweep'
import { PAGE_NONCE } from './page-nonce'
import { FileReceiver } from './receiver'
import { Room } from './room'
import { type Claim, forgetRoom, rememberRoom } from './room-memory'
import { saveFile } from './saving'
import { Store } from './store'

/** What has been received and proven, so that it can be saved once more. */
export interface Inbox {
  readonly files: readonly {
    readonly from: FileReceiver
    readonly number: number
    readonly file: File
  }[]
}

/** Waits in a room for whoever sends. */
export class ReceivingRoom {
  readonly inbox = new Store<Inbox>({ files: [] })
  readonly room: Room<FileReceiver>
  readonly #id: string
  /** What earlier pages left unfinished, and nobody has taken up. */
  #unfinished: Unfinished[] = []

  /** `claim` says as whom this browser was there before. */
  constructor(id: string, key: LinkKey, claim: Claim) {
    this.#id = id
    this.room = new Room<FileReceiver>({
      key,
      connects: false,
      enter: async (signaling, before) => {
        if (!before && claim.alone) this.#unfinished = await OpfsStore.unfinished(id)
        if (!before) void sweepOpfs()
        const joined = await signaling.join(id, PAGE_NONCE, before?.resume ?? claim.memory?.resume)
        if (claim.alone) void rememberRoom(id, { role: 'guest', resume: joined.resume })
        return joined
      },
      begin: (from) => this.#begin(from),
      left: () => {
        void forgetRoom(id)
        for (const { store } of this.#unfinished) store.close(true)
        claim.release()
      },
    })
  }

  #begin(from: string): FileReceiver {
    const begun = this.#unfinished.find(({ record }) => record.from === from)
    this.#unfinished = this.#unfinished.filter((other) => other !== begun)
    const inFolders: Packed[] = []
    const receiver: FileReceiver = new FileReceiver({
      begun: begun && { files: begun.record.files, ...begun },
      openStore: async (files) =>
        (await OpfsStore.open({ room: this.#id, from, files: [...files] })) ?? new BlobStore(),
      deliver: (file, number, path) => {
        this.#keep(receiver, number, file)
        if (path === undefined) saveFile(file)
        else inFolders.push({ file, path })
      },
    })
    receiver.state.subscribe(() => {
      if (receiver.state.stage === 'verified') void saveFolders(inFolders.splice(0))
    })
    if (begun) void this.#keepDelivered(receiver, begun)
    return receiver
  }

  /** Files that an earlier page has saved can be saved again. */
  async #keepDelivered(receiver: FileReceiver, { store, record, journal }: Unfinished) {
    for (const number of journal.delivered) {
      const offered = record.files[number]
      if (offered) this.#keep(receiver, number, await store.finish(number, offered))
    }
  }

  #keep(from: FileReceiver, number: number, file: File): void {
    this.inbox.set({ files: [...this.inbox.getSnapshot().files, { from, number, file }] })
  }
}

async function saveFolders(files: readonly Packed[]): Promise<void> {
  for (const archive of await packFolders(files)) saveFile(archive)
}
