import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Code, parseCode } from '../secrecy/code-words'
import type { Invitation } from '../secrecy/invitation'
import { LinkKey } from '../secrecy/link-key'
import { browserRandom } from '../secrecy/randomness'
import { CodeJoining, type CodeTrouble } from './code-guest'
import { CodeHosting } from './code-host'
import { SignalingError } from './signaling-client'
import { CodeService } from './test-codes'

const invitation: Invitation = {
  room: 'AAAAAAAAAAAAAAAAAAAAAA',
  key: LinkKey.make(browserRandom),
}

let service: CodeService
let hosting: CodeHosting

beforeEach(() => {
  service = new CodeService()
  hosting = new CodeHosting(service.host, browserRandom)
})
afterEach(() => {
  vi.useRealTimers()
})

const now = () => hosting.now.getSnapshot()

/** The code that is shown, once there is one other than `before`. */
async function shown(before?: string): Promise<Code> {
  await vi.waitUntil(() => now().state === 'open' && now().code !== before)
  const code = parseCode(now().code ?? '')
  if (typeof code === 'string') throw new Error('no code')
  return code
}

const join = (code: Code) => new CodeJoining(code, service.guest(), browserRandom)
const wrong = (code: Code): Code => ({
  ...code,
  words: code.words === 'orbit-canyon' ? 'canyon-orbit' : 'orbit-canyon',
})
const trouble = (code: CodeTrouble) =>
  expect.objectContaining({ name: 'CodeTroubleError', code }) as Error

describe('a code', () => {
  it('leads whoever knows it to the room and its key', async () => {
    hosting.open(invitation)
    const got = await join(await shown()).run()
    expect({ room: got.room, key: got.key.text() }).toEqual({
      room: invitation.room,
      key: invitation.key.text(),
    })
    expect(service.guests, 'lines left open').toBe(0)
  })

  it('is followed by another once it has let somebody in', async () => {
    hosting.open(invitation)
    const first = await shown()
    const text = now().code
    await join(first).run()
    const second = await shown(text)
    expect(second.nameplate).not.toBe(first.nameplate)
    expect(now().before).toBe('let in')
    await expect(join(first).run()).rejects.toEqual(trouble('unknown_code'))
    await expect(join(second).run()).resolves.toMatchObject({ room: invitation.room })
  })

  it('is worth one guess, and the host is told of a wrong one', async () => {
    hosting.open(invitation)
    const code = await shown()
    const text = now().code
    await expect(join(wrong(code)).run()).rejects.toEqual(trouble('wrong_code'))
    await shown(text)
    expect(now().before).toBe('wrong')
    await expect(join(code).run()).rejects.toEqual(trouble('unknown_code'))
    const said = service.passed.map(({ body }) => Object.keys(body))
    expect(said).toEqual([['message'], ['message'], ['confirm']])
  })

  it('is noted as used before its guest can come, and not for a wrong guess', async () => {
    hosting.open(invitation)
    const code = await shown()
    const text = now().code
    const used: boolean[] = []
    service.between = ({ from, body }) => {
      if (from === 'host') used.push(now().used)
      return body
    }
    await expect(join(wrong(code)).run()).rejects.toEqual(trouble('wrong_code'))
    await join(await shown(text)).run()
    expect(used, 'at the answers to the wrong guess, the right one, and the invitation').toEqual([
      false,
      false,
      true,
    ])
  })

  it('is not shown while somebody tries it', async () => {
    hosting.open(invitation)
    const code = await shown()
    const seen: unknown[] = []
    hosting.now.subscribe(() => seen.push([now().state, now().code !== undefined]))
    await join(code).run()
    expect(seen[0]).toEqual(['in use', false])
  })

  it('follows one whose guest went away', async () => {
    hosting.open(invitation)
    const code = await shown()
    const text = now().code
    service.between = ({ from, body }) => (from === 'host' ? undefined : body)
    const joining = join(code)
    const attempt = expect(joining.run()).rejects.toEqual(trouble('gone'))
    await vi.waitUntil(() => now().state === 'in use')
    joining.stop()
    await attempt
    await shown(text)
    expect(now().before).toBe('broken off')
  })

  it('is closed when the room wants none', async () => {
    hosting.open(invitation)
    const code = await shown()
    hosting.close()
    expect(now()).toMatchObject({ state: 'closed', code: undefined })
    await expect(join(code).run()).rejects.toEqual(trouble('unknown_code'))
  })

  it('that comes after it was closed is not shown', async () => {
    hosting.open(invitation)
    hosting.close()
    await Promise.resolve()
    await Promise.resolve()
    expect(now()).toMatchObject({ state: 'closed', code: undefined })
  })

  it('is gone with the connection, and there is another with the next one', async () => {
    hosting.open(invitation)
    await shown()
    const text = now().code
    service.loseHost()
    expect(now()).toMatchObject({ state: 'closed', code: undefined })
    hosting.open(invitation)
    await shown(text)
  })

  it('that the service refuses is told', async () => {
    service.refuses = new SignalingError('rate_limited', '')
    hosting.open(invitation)
    await vi.waitUntil(() => now().state === 'refused')
  })
})

describe('a host', () => {
  it.each<[string, object]>([
    ['nothing', {}],
    ['no share', { message: 'A' }],
    ['something else', { message: 7 }],
  ])('takes a knock with %s for a wrong guess', async (_, body) => {
    hosting.open(invitation)
    const code = await shown()
    const text = now().code
    service.between = () => body
    await expect(join(code).run()).rejects.toEqual(trouble('gone'))
    await shown(text)
    expect(now().before).toBe('wrong')
  })

  it('waits for no answer for ever', async () => {
    hosting.open(invitation)
    const code = await shown()
    vi.useFakeTimers()
    service.between = ({ body }) => ('confirm' in body ? undefined : body)
    const attempt = expect(join(code).run()).rejects.toEqual(trouble('wrong_code'))
    await vi.advanceTimersByTimeAsync(15_000)
    await attempt
    expect(now().before).toBe('broken off')
  })
})

describe('a guest', () => {
  it('is told when there is no such code', async () => {
    await expect(join({ nameplate: '1234', words: 'orbit-canyon' }).run()).rejects.toEqual(
      trouble('unknown_code'),
    )
  })

  it('is told when whoever opened the code is gone', async () => {
    hosting.open(invitation)
    service.between = ({ from, body }) => {
      if (from === 'guest') service.loseHost()
      return body
    }
    await expect(join(await shown()).run()).rejects.toEqual(trouble('gone'))
  })

  it.each<[string, object]>([
    ['an answer', { message: 'A'.repeat(43) }],
    ['an invitation', { sealed: 'A'.repeat(100) }],
    ['something else', { words: 'orbit-canyon' }],
  ])('believes nobody who forges %s', async (_, forged) => {
    hosting.open(invitation)
    const code = await shown()
    const kind = 'sealed' in forged ? 'sealed' : 'message'
    service.between = ({ from, body }) => (from === 'host' && kind in body ? forged : body)
    await expect(join(code).run()).rejects.toEqual(trouble('tampered'))
  })

  it.each(['rate_limited', 'unreachable'] as const)('is told of %s', async (code) => {
    hosting.open(invitation)
    const line = { ...service.guest(), knock: () => Promise.reject(new SignalingError(code, '')) }
    const joining = new CodeJoining(await shown(), line, browserRandom)
    await expect(joining.run()).rejects.toEqual(trouble(code))
  })
})
