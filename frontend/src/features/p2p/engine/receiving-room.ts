/** The room of somebody who was sent its link: takes what the sender offers, and saves it. */
import { BlobStore } from './blob-store'
import { OpfsStore } from './opfs-store'
import { sweepOpfs } from './opfs-sweep'
import { FileReceiver } from './receiver'
import { Room } from './room'
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

  constructor(room: string) {
    void sweepOpfs()
    this.room = new Room<FileReceiver>({
      connects: false,
      enter: (signaling) => signaling.join(room),
      begin: (channels) => {
        const receiver: FileReceiver = new FileReceiver(channels, {
          openStore: async () => (await OpfsStore.open()) ?? new BlobStore(),
          deliver: (file, number) => this.#deliver(receiver, number, file),
        })
        return receiver
      },
    })
  }

  #deliver(from: FileReceiver, number: number, file: File): void {
    this.inbox.set({ files: [...this.inbox.getSnapshot().files, { from, number, file }] })
    saveFile(file)
  }
}
