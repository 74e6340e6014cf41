// @vitest-environment node
/** Where received files go, and what becomes of a transfer meanwhile. */
import { describe, expect, it } from 'vitest'
import { BlobStore } from './blob-store'
import { type ChosenPlace } from './chosen-place'
import { type OfferedFile } from './control-messages'
import { Gate } from './gate'
import { BLOCK_BYTES } from './protocol'
import { type Begun, FileReceiver } from './receiver'
import { FileSender } from './sender'
import { channelPair } from './test-channels'
import {
  finished,
  idle,
  noise,
  offerable,
  offered,
  outcome,
  reached,
  silence,
  when,
} from './test-transfer'

/** Ends files when it is told to, in whatever order. */
class SlowEnding extends BlobStore {
  readonly begun: number[] = []
  readonly #gates = new Map<number, Gate>()

  override async finish(number: number, file: OfferedFile): Promise<File> {
    this.begun.push(number)
    const gate = new Gate()
    this.#gates.set(number, gate)
    await gate.wait()
    return super.finish(number, file)
  }

  end(number: number): void {
    this.#gates.get(number)?.open()
  }
}

/** A folder that a page may write to once its person says so. */
function place(granted: boolean) {
  const asked = { times: 0 }
  const answer = () => Promise.resolve(granted ? 'granted' : 'prompt')
  const handle = {
    kind: 'directory',
    name: 'photos',
    queryPermission: answer,
    requestPermission: () => {
      asked.times += 1
      return answer()
    },
  }
  return {
    handle: handle as unknown as ChosenPlace,
    asked,
    grant: () => {
      granted = true
    },
  }
}

describe('files that take a while to be put in place', () => {
  it('hold up neither what comes after them nor their order', async () => {
    const store = new SlowEnding()
    const files = Array.from({ length: 12 }, (_, at) => offerable(`${at}`, noise(100, at)))
    const setup = await offered(files, () => store)
    await setup.receiver.accept()
    await when(setup.receiver.state, (state) => state.stage === 'checking')
    await when(setup.receiver.state, () => store.begun.length === 8)
    store.end(1)
    await idle(setup.right)
    expect(setup.delivered).toEqual([])
    store.end(0)
    await when(setup.receiver.state, () => setup.delivered.length === 2)
    expect(setup.delivered.map(({ name }) => name)).toEqual(['0', '1'])
    for (let number = 2; number < 12; number += 1) {
      await when(setup.receiver.state, () => store.begun.includes(number))
      store.end(number)
    }
    await finished(setup)
    expect(setup.delivered).toHaveLength(12)
    expect(outcome(setup.sender)).toEqual({ stage: 'verified' })
  })
})

describe('a transfer into a chosen folder', () => {
  it('gives files to nobody else, for they are there', async () => {
    const { handle } = place(true)
    const store = new (class extends BlobStore {
      override readonly inPlace: boolean = true
    })()
    const setup = await offered([offerable('a', noise(10))], () => store)
    await setup.receiver.accept(handle)
    await finished(setup)
    expect(outcome(setup.receiver)).toEqual({ stage: 'verified' })
    expect(setup.receiver.saving.getSnapshot()).toEqual({ place: handle, waits: false })
    expect(setup.delivered).toEqual([])
  })

  it('loses nothing and is sent nothing while its person is choosing', async () => {
    const setup = await offered([offerable('a', noise(3 * BLOCK_BYTES))])
    let frames = 0
    setup.left.data.tamper = (data) => {
      frames += 1
      return data
    }
    // The dialog is open: nothing has been accepted, so that nothing may come.
    await idle(setup.left)
    await idle(setup.right)
    expect(frames).toBe(0)
    await setup.receiver.accept(place(true).handle)
    await finished(setup)
    expect(outcome(setup.receiver)).toEqual({ stage: 'verified' })
  })

  it('that is gone when its person has chosen stays gone', async () => {
    const opened: unknown[] = []
    const setup = await offered([offerable('a', noise(10))], () => {
      opened.push(1)
      return new BlobStore()
    })
    setup.sender.cancel()
    await reached(setup.receiver.state, 'cancelled')
    await setup.receiver.accept(place(true).handle)
    expect(opened).toEqual([])
    expect(outcome(setup.receiver)).toEqual({ stage: 'cancelled' })
  })
})

describe('a transfer that an earlier page began', () => {
  const content = noise(2 * BLOCK_BYTES)
  const file = offerable('a', content)
  const { name, size, media_type, modified_at } = file

  /** Both ends of it, after the receiver's page was loaded again. */
  function comeBack(chosen: ChosenPlace, open: Begun['open']) {
    const { left, right, open: openChannels } = channelPair()
    const sender = new FileSender(silence())
    const receiver = new FileReceiver({
      talk: silence(),
      begun: { files: [{ name, size, media_type, modified_at }], place: chosen, open },
      openStore: () => Promise.reject(new Error('not asked')),
      deliver: () => undefined,
    })
    sender.add([file])
    sender.connect(left)
    receiver.connect(right)
    openChannels()
    return { left, right, sender, receiver, delivered: [] }
  }

  const empty: Begun['open'] = () =>
    Promise.resolve({ store: new BlobStore(), journal: { blocks: [], delivered: [] } })

  it('waits until its person lets the page write there again', async () => {
    const folder = place(false)
    let opened = 0
    const setup = comeBack(folder.handle, () => {
      opened += 1
      return empty()
    })
    await when(setup.sender.state, (state) => state.stage === 'offered')
    await idle(setup.left)
    expect(setup.receiver.saving.getSnapshot().waits).toBe(true)
    await setup.receiver.askToGoOn()
    expect(folder.asked.times).toBe(1)
    expect(setup.receiver.saving.getSnapshot().waits).toBe(true)
    expect(opened).toBe(0)
    folder.grant()
    await setup.receiver.askToGoOn()
    await finished(setup)
    expect(opened).toBe(1)
    expect(outcome(setup.receiver)).toEqual({ stage: 'verified' })
    expect(outcome(setup.sender)).toEqual({ stage: 'verified' })
  })

  it('goes on by itself where the page still may', async () => {
    const setup = comeBack(place(true).handle, empty)
    await finished(setup)
    expect(outcome(setup.receiver)).toEqual({ stage: 'verified' })
  })

  it('fails where its folder is gone', async () => {
    const setup = comeBack(place(true).handle, () =>
      Promise.reject(new DOMException('gone', 'NotFoundError')),
    )
    await finished(setup)
    expect(outcome(setup.receiver)).toEqual({ stage: 'failed', code: 'unwritable', foundBy: 'us' })
    expect(outcome(setup.sender)).toEqual({ stage: 'failed', code: 'unwritable', foundBy: 'them' })
  })
})
