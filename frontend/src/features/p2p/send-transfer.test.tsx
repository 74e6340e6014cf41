/** What somebody who sends is shown of one receiver, from a real transfer that no network carries. */
import { act, cleanup, render, screen } from '@testing-library/react'
import { afterEach, describe, expect, it } from 'vitest'
import { ToastProvider } from '@/components/ui/toast'
import { TransferError } from './engine/failure'
import { Member } from './engine/member'
import { FileSender } from './engine/sender'
import { silence } from './engine/test-transfer'
import { SendTransfer } from './send-transfer'

function show({
  side = 'sender',
  away = false,
}: { side?: 'sender' | 'giver'; away?: boolean } = {}) {
  const member = new Member(
    { id: 'A'.repeat(22), away },
    {
      transfer: new FileSender(silence()),
      connects: false,
      iceServers: () => [],
      pair: () => undefined,
      send: () => Promise.reject(new Error('nobody')),
      openRelay: () => Promise.reject(new Error('nobody')),
      network: () => new Promise(() => undefined),
      report: () => Promise.resolve(),
    },
  )
  render(
    <ToastProvider>
      <SendTransfer
        member={member}
        self={'B'.repeat(22)}
        side={side}
        name="Amber Otter"
        checkedBy="link"
        comparison={undefined}
      >
        {null}
      </SendTransfer>
    </ToastProvider>,
  )
  const fail = (code: 'connection' | 'left') => {
    act(() => member.transfer.fail(new TransferError(code, code)))
  }
  return { member, fail }
}

describe('a transfer as its sender sees it', () => {
  afterEach(cleanup)

  it('offers to find out why when no connection could be made', () => {
    const { fail } = show()
    expect(screen.queryByRole('button', { name: 'Find out why' })).toBeNull()
    fail('connection')
    act(() => screen.getByRole('button', { name: 'Find out why' }).click())
    expect(screen.getByRole('dialog', { name: 'How you are connected' })).toBeTruthy()
    expect(screen.getByText('Looking into it. This takes a few seconds.')).toBeTruthy()
  })

  it('does not when the other side just left', () => {
    const { fail } = show()
    fail('left')
    expect(screen.queryByRole('button', { name: 'Find out why' })).toBeNull()
  })

  it('shows the way in use, which opens the same', () => {
    const { member } = show()
    expect(screen.queryByLabelText('Connection path')).toBeNull()
    act(() => member.reach.set({ path: 'turn' }))
    expect(screen.getByLabelText('Connection path').textContent).toBe('TURN')
    act(() => screen.getByRole('button', { name: 'TURN' }).click())
    expect(screen.getByRole('dialog', { name: 'How you are connected' })).toBeTruthy()
  })

  describe('in the room of whoever takes them', () => {
    const said = () => screen.getByRole('status').textContent

    it('waits for that one to be back', () => {
      const { member } = show({ side: 'giver', away: true })
      expect(said()).toBe('They are away at the moment')
      act(() => member.back(false))
      expect(said()).toBe('Connecting')
      act(() => member.transfer.state.advance('offered'))
      act(() => member.reach.set({ away: true }))
      expect(said()).toBe('Waiting for them to accept')
    })

    it('says that that one is gone, also where it ended before', () => {
      const { member } = show({ side: 'giver' })
      act(() => member.transfer.cancel())
      expect(said()).toBe('Cancelled')
      act(() => member.left())
      expect(said()).toBe('Whoever takes files here is gone.')
      expect(screen.getByText('Ask them for a new link.')).toBeTruthy()
    })

    it('and that the other side left where nothing had ended', () => {
      const { member } = show({ side: 'giver' })
      act(() => member.left())
      expect(said()).toBe('Whoever takes files here is gone.')
    })

    it('leaves it at what has arrived', () => {
      const { member } = show({ side: 'giver' })
      act(() => member.transfer.state.advance('verified'))
      act(() => member.left())
      expect(said()).toBe('Verified')
    })
  })
})
