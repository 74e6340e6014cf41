/** What is said of a transfer while it moves, to those who see it and to those who listen. */
import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, describe, expect, it } from 'vitest'
import { type TransferSnapshot, TransferState } from './engine/transfer-state'
import { TransferStatus } from './transfer-status'

const MIB = 1024 * 1024

/** A transfer of a hundred megabytes that moves, unless told otherwise. */
function transfer(fields: Partial<TransferSnapshot>): TransferSnapshot {
  const before = new TransferState().getSnapshot()
  return { ...before, stage: 'moving', accepted: true, total: 100 * MIB, ...fields }
}

/** Shows it, and again with other fields. */
function show(fields: Partial<TransferSnapshot>) {
  const status = (next: Partial<TransferSnapshot>) => (
    <TransferStatus side="sender" transfer={transfer(next)} away={false} />
  )
  const { container, rerender } = render(status(fields))
  return {
    text: () => container.textContent,
    /** What is read aloud besides the stage. */
    announced: () =>
      [...container.querySelectorAll('[aria-live="polite"]')]
        .map((part) => part.textContent)
        .join(),
    then: (next: Partial<TransferSnapshot>) => rerender(status(next)),
  }
}

describe('the words under the line', () => {
  afterEach(cleanup)

  it('say how far, how fast, and how long', () => {
    const { text } = show({ written: 25 * MIB, rate: 5 * MIB, remaining: 15 })
    expect(screen.getByRole('status').textContent).toBe('Sending')
    for (const part of ['25 MB of 100 MB', '5 MB/s', '15 s left']) {
      expect(text().replaceAll('\u00a0', ' ')).toContain(part)
    }
    expect(
      screen.getByRole('progressbar', { name: 'All files' }).getAttribute('aria-valuenow'),
    ).toBe('25')
  })

  it('leave out what nobody can know, and what is no use while nothing moves', () => {
    const { text, then } = show({ written: 25 * MIB, rate: 5 * MIB, remaining: undefined })
    expect(text()).not.toContain('left')
    then({
      written: 25 * MIB,
      rate: 5 * MIB,
      remaining: 15,
      paused: { here: true, there: false },
    })
    expect(screen.getByRole('status').textContent).toBe('Paused')
    expect(text()).not.toContain('/s')
  })

  it('are read aloud at every tenth and no more often', () => {
    const { announced, then } = show({ written: 9 * MIB })
    expect(announced()).toBe('')
    then({ written: 10 * MIB })
    expect(announced()).toBe('Sending: 10%')
    then({ written: 19 * MIB })
    expect(announced()).toBe('Sending: 10%')
    then({ written: 20 * MIB })
    expect(announced()).toBe('Sending: 20%')
    then({ written: 100 * MIB, stage: 'verified' })
    expect(announced()).toBe('')
    expect(screen.getByRole('status').textContent).toBe('Verified')
  })
})
