/**
 * The receiving end of a transfer with one sender, from its first offer to the last proof, over as many
 * connections as it takes: once a person has accepted, what is missing is asked for again whenever the
 * sender is there. `Inbox` makes one for every sender.
 */
import { type BlockStore, type Opened, type ReceivedBlock } from './block-store'
import { type Channels } from './channel'
import { askToWrite, type ChosenPlace, mayWrite } from './chosen-place'
import { isSameFile, type OfferedFile } from './control-messages'
import { type Ending } from './conversation'
import { asTransferError, TransferError, travels } from './failure'
import { Gate } from './gate'
import { ReceivedContent } from './received-content'
import { ReceivingConversation } from './receiving-conversation'
import { Store } from './store'
import { type TalkLine } from './talk'
import { layOut, type TransferFile, TransferState } from './transfer-state'

/** What is there of a transfer that an earlier page accepted. */
export interface Begun {
  readonly files: readonly OfferedFile[]
  /** Where they go, if their person chose. */
  readonly place: ChosenPlace | undefined
  /** Opens what is there; not before the page may write to the place. */
  open(): Promise<Opened>
}

/** Where received files go. */
export interface Saving {
  /** The folder or the file that was chosen; undefined for the browser's downloads. */
  readonly place: ChosenPlace | undefined
  /** Nothing can go on before its person lets this page write there again. */
  readonly waits: boolean
}

/** What a receiver needs of the world around it. */
export interface ReceiverOptions {
  /** Carries texts to the same member. */
  readonly talk: TalkLine
  /** A transfer to go on with, if there is one. */
  readonly begun?: Begun | undefined
  /** Opens the store for these files, given as they were offered, which are to go to `place` if there is one. */
  openStore(files: readonly OfferedFile[], place: ChosenPlace | undefined): Promise<BlockStore>
  /** Takes a file that is whole and proven, and the folders it is in; not one that was put in place. */
  deliver(file: File, number: number, path: string | undefined): void
}

/** Files that are put where they belong at one time: it takes a browser a while, whatever their size. */
const MAX_FINISHING = 8

/** Receives files from one sender. */
export class FileReceiver {
  readonly state = new TransferState()
  readonly saving = new Store<Saving>({ place: undefined, waits: false })
  readonly #options: ReceiverOptions
  #conversation: ReceivingConversation | undefined
  /** What the conversation at hand has offered so far, and whether we have answered it. */
  #offered: readonly OfferedFile[] = []
  #answered = false
  /** What a person is shown; once they have accepted, what they accepted. */
  #shown: readonly OfferedFile[] = []
  #files: readonly TransferFile[] = []
  #store: BlockStore | undefined
  #content: ReceivedContent | undefined
  /** Blocks being written; whoever must wait for none waits at the gate. */
  #writing = 0
  readonly #settled = new Gate()
  /** The sender's digests in this conversation, by file; how many files are being checked, or were found right. */
  #theirs = new Map<number, string>()
  #checked = 0
  #proven = 0
  /** Files that are being put where they belong, or are there. */
  readonly #endings = new Map<number, Promise<File>>()
  readonly #delivered = new Set<number>()
  #checks: Promise<void> = Promise.resolve()

  constructor(options: ReceiverOptions) {
    this.#options = options
    if (options.begun) this.#goOn(options.begun)
  }

  /** Content bytes that are checked and written. */
  get written(): number {
    return this.#content?.written ?? 0
  }

  /** Goes on over this connection, in place of the one before. */
  connect(channels: Channels): void {
    if (this.state.ended) return
    this.#conversation?.close()
    this.#offered = []
    this.#answered = false
    this.#theirs = new Map()
    this.#checked = 0
    this.#proven = 0
    this.#conversation = new ReceivingConversation(channels, this.#options.talk, {
      ready: () => this.#onReady(),
      offered: (files) => this.#onOffered(files),
      block: (block) => void this.#write(block),
      end: (file, digest) => this.#onEnd(file, digest),
      paused: (paused) => this.state.setPaused({ there: paused }),
      ended: (ending) => this.#onEnded(ending),
      failed: (error) => this.fail(error),
    })
    if (this.state.getSnapshot().paused.here) this.#conversation.pause(true)
  }

  /** The connection is gone; another may take its place. */
  interrupt(): void {
    if (this.state.ended) return
    this.#conversation?.close()
    this.#conversation = undefined
    this.state.setInterrupted(true)
  }

  /** Accepts everything that has been offered, into the place that was chosen, if one was. */
  async accept(place?: ChosenPlace): Promise<void> {
    if (this.state.stage !== 'offered') return
    this.saving.set({ place })
    this.#files = this.state.getSnapshot().files
    this.state.advance('moving')
    try {
      const store = await this.#options.openStore(this.#shown, place)
      if (this.#over()) {
        store.close(false)
        return
      }
      this.#store = store
      await store.reserve(this.state.getSnapshot().total)
    } catch (error) {
      this.fail(asTransferError(error))
      return
    }
    if (this.#over()) return
    this.#content = new ReceivedContent(this.#files)
    await this.#answer()
  }

  /** Asks to be let write again where files were going before this page was loaded; in answer to a press. */
  async askToGoOn(): Promise<void> {
    const { begun } = this.#options
    const { place, waits } = this.saving.getSnapshot()
    if (!begun || !place || !waits || !(await askToWrite(place))) return
    await this.#open(begun)
  }

  /** Refuses what has been offered. */
  decline(): void {
    if (this.state.stage !== 'offered') return
    this.#conversation?.decline()
    this.state.advance('declined')
  }

  /** Pauses or goes on. */
  pause(paused: boolean): void {
    this.state.setPaused({ here: paused })
    this.#conversation?.pause(paused)
  }

  /** Stops at a person's wish. */
  cancel(): void {
    if (this.state.ended) return
    this.#conversation?.cancel()
    this.#end()
    this.state.advance('cancelled')
  }

  /** Stops for a failure found on this side, and tells the other side if it can be told. */
  fail(error: TransferError): void {
    if (this.state.ended) return
    if (travels(error.code)) this.#conversation?.fail(error.code, error.message)
    this.#end(!travels(error.code))
    this.state.fail({ code: error.code, foundBy: 'us' })
  }

  /** Asked again after every wait, for the other side or a person may have ended it meanwhile. */
  #over(): boolean {
    return this.state.ended
  }

  get #accepted(): boolean {
    return this.state.getSnapshot().accepted
  }

  /** What is unfinished is kept where only the other side went missing. */
  #end(keep = false): void {
    this.#conversation?.close()
    this.#store?.close(keep)
  }

  #goOn(begun: Begun): void {
    this.#shown = begun.files
    this.#files = layOut(begun.files.map((file, number) => ({ ...file, number })))
    this.state.setFiles(this.#files)
    this.state.advance('moving')
    this.state.setInterrupted(true)
    this.saving.set({ place: begun.place })
    void this.#reopen(begun)
  }

  async #reopen(begun: Begun): Promise<void> {
    const waits = begun.place !== undefined && !(await mayWrite(begun.place))
    this.saving.set({ waits })
    if (!waits) await this.#open(begun)
  }

  /** Opens what is there already, and asks for the rest. */
  async #open(begun: Begun): Promise<void> {
    this.saving.set({ waits: false })
    try {
      const { store, journal } = await begun.open()
      if (this.#over()) {
        store.close(true)
        return
      }
      this.#store = store
      const content = new ReceivedContent(this.#files)
      for (const { file, block, digest } of journal.blocks) content.add(file, block, digest)
      for (const file of journal.delivered) this.#delivered.add(file)
      this.#content = content
      this.state.setWritten(content.written)
    } catch (error) {
      this.fail(asTransferError(error))
      return
    }
    await this.#answer()
  }

  #onReady(): void {
    if (this.state.stage === 'connecting') this.state.advance('connected')
    if (!this.#accepted) this.state.setInterrupted(false)
  }

  #onEnded(ending: Ending): void {
    this.#conversation?.hangUp()
    this.#end()
    if (ending.stage === 'failed') this.state.fail({ code: ending.code, foundBy: 'them' })
    else this.state.advance(ending.stage)
  }

  #onOffered(files: readonly OfferedFile[]): void {
    this.#offered = files
    if (this.#accepted) {
      void this.#answer()
      return
    }
    this.#shown = files
    this.state.setFiles(layOut(files.map((file, number) => ({ ...file, number }))))
    if (this.state.stage === 'connected') this.state.advance('offered')
  }

  /** Asks for what is missing, once all that was accepted is on offer and nothing is being written. */
  async #answer(): Promise<void> {
    const content = this.#content
    if (!content || this.#offered.length < this.#shown.length) return
    if (!this.#shown.every((file, at) => isSameFile(file, this.#offered[at]))) {
      this.fail(new TransferError('malformed', 'another offer than was accepted'))
      return
    }
    const conversation = this.#conversation
    while (this.#writing > 0) await this.#settled.wait()
    if (this.#over() || this.#answered || conversation !== this.#conversation) return
    this.#answered = true
    this.state.setInterrupted(false)
    this.state.tally.begin(content.written)
    conversation?.accept(
      this.#files.map((file) => file.number),
      content,
    )
    this.#checkFiles()
  }

  async #write(block: ReceivedBlock): Promise<void> {
    this.#writing += 1
    try {
      await this.#store?.write(block)
      if (!this.#over()) this.#onWritten(block)
    } catch (error) {
      this.fail(asTransferError(error))
    } finally {
      this.#writing -= 1
      if (this.#writing === 0) this.#settled.open()
    }
  }

  #onWritten({ file, block, digest }: ReceivedBlock): void {
    const content = this.#content
    if (!content) return
    content.add(file, block, digest)
    this.state.setWritten(content.written)
    const complete = content.complete(file)
    this.#conversation?.credit(complete)
    if (content.written === this.state.getSnapshot().total) this.state.advance('checking')
    if (complete) this.#checkFiles()
  }

  #onEnd(number: number, digest: string): void {
    const due = this.#files[this.#theirs.size]
    if (number !== due?.number) {
      this.fail(new TransferError('malformed', 'end not at this point'))
      return
    }
    this.#theirs.set(number, digest)
    this.#checkFiles()
  }

  /** Checks, in order, the files that are written and whose end has come; a few are ended at one time. */
  #checkFiles(): void {
    while (this.#checked - this.#proven < MAX_FINISHING) {
      const place = this.#checked
      const file = this.#files[place]
      const theirs = file && this.#theirs.get(file.number)
      if (!file || theirs === undefined || !this.#content?.complete(file.number)) return
      this.#checked += 1
      const ours = this.#content.digest(file.number)
      const conversation = this.#conversation
      const checked = this.#check(file.number, ours, theirs)
      this.#checks = this.#checks.then(async () => {
        const finished = await checked
        if (!finished || this.#over()) return
        finished.deliver()
        conversation?.verified(file.number, ours)
        this.state.setVerified(place + 1)
        if (conversation !== this.#conversation) return
        this.#proven += 1
        if (place + 1 < this.#files.length) {
          this.#checkFiles()
          return
        }
        this.#end()
        this.state.advance('verified')
      })
    }
  }

  /** Compares a file's digests and ends it; undefined when the transfer is over. */
  async #check(
    number: number,
    ours: string,
    theirs: string,
  ): Promise<{ deliver(): void } | undefined> {
    const store = this.#store
    const offered = this.#shown[number]
    if (!store || !offered) return undefined
    try {
      if (ours !== theirs) throw new TransferError('corrupt', 'a file is not whole')
      if (this.#delivered.has(number)) return { deliver: () => undefined }
      const ending = this.#endings.get(number) ?? store.finish(number, offered)
      this.#endings.set(number, ending)
      const content = await ending
      return { deliver: () => this.#deliver(store, content, number, offered.path) }
    } catch (error) {
      this.fail(asTransferError(error))
      return undefined
    }
  }

  #deliver(store: BlockStore, content: File, number: number, path: string | undefined): void {
    if (this.#delivered.has(number)) return
    this.#delivered.add(number)
    if (!store.inPlace) this.#options.deliver(content, number, path)
  }
}
