import { describe, expect, it } from 'vitest'
import { TransferState, type TransferSnapshot } from './engine/transfer-state'
import { tabTitle } from './tab-title'

/** A transfer of these files, accepted unless told otherwise. */
function transfer(fields: Partial<TransferSnapshot>, ...names: string[]): TransferSnapshot {
  const files = names.map((name, number) => ({ number, name, size: 100, start: number * 100 }))
  const total = files.length * 100
  const before = new TransferState().getSnapshot()
  return { ...before, stage: 'moving', accepted: true, files, total, ...fields }
}

describe('the title of the tab', () => {
  it.each<[string, string, TransferSnapshot[]]>([
    ['is the page’s name before anybody came', 'Send now · ShareSync', []],
    [
      'is the page’s name until something moves',
      'Send now · ShareSync',
      [transfer({ stage: 'offered', accepted: false }, 'report.pdf')],
    ],
    [
      'says how far a file is',
      '42% · report.pdf · ShareSync',
      [transfer({ written: 42 }, 'report.pdf')],
    ],
    [
      'is whole while the last is checked',
      '100% · report.pdf · ShareSync',
      [transfer({ stage: 'checking', written: 100 }, 'report.pdf')],
    ],
    ['counts several files', '25% · 2 files · ShareSync', [transfer({ written: 50 }, 'a', 'b')]],
    [
      'puts everybody’s progress together',
      '30% · report.pdf · ShareSync',
      [transfer({ written: 50 }, 'report.pdf'), transfer({ written: 10 }, 'report.pdf')],
    ],
    [
      'names nothing where people get different files',
      '30% · ShareSync',
      [transfer({ written: 50 }, 'a'), transfer({ written: 10 }, 'b')],
    ],
    [
      'goes on while somebody else is done',
      '10% · report.pdf · ShareSync',
      [
        transfer({ stage: 'verified', written: 100 }, 'report.pdf'),
        transfer({ written: 10 }, 'report.pdf'),
      ],
    ],
    [
      'says that it is done',
      'Verified · report.pdf · ShareSync',
      [transfer({ stage: 'verified', written: 100 }, 'report.pdf')],
    ],
    [
      'does not say so while one has failed',
      'Send now · ShareSync',
      [
        transfer({ stage: 'verified', written: 100 }, 'report.pdf'),
        transfer({ stage: 'failed', written: 10 }, 'report.pdf'),
      ],
    ],
    ['counts nothing of nothing', '0% · empty · ShareSync', [transfer({ total: 0 }, 'empty')]],
  ])('%s', (_, expected, transfers) => {
    expect(tabTitle(transfers, 'Send now')).toBe(expected)
  })
})
