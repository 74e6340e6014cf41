import { expect, it } from 'vitest'
import { spaceWords } from './receive-words'

const GB = 1024 ** 3

it.each([
  ['too little', { fits: false, free: 1.1 * GB }, 4.2 * GB, '4.2 GB offered, 1.1 GB free here.'],
  ['plenty', { fits: true, free: 81 * GB, more: false }, 4.2 * GB, '81 GB free here.'],
  [
    'enough for one copy and not for two',
    { fits: true, free: 5 * GB, more: false },
    4.2 * GB,
    '5 GB free here. Saving it takes as much again in your downloads.',
  ],
  [
    'the most that a browser owns up to',
    { fits: true, free: 10 * GB, more: true },
    4.2 * GB,
    '10 GB or more free here.',
  ],
  [
    'more than a browser owns up to',
    { fits: true, free: undefined, more: false },
    42 * GB,
    'It fits, as far as this browser tells.',
  ],
  [
    'nobody knows',
    { fits: undefined },
    4.2 * GB,
    'This browser does not say how much is free here.',
  ],
  ['nobody knows, and it hardly matters', { fits: undefined }, 5000, ''],
] as const)('says of %s', (_, space, offered, words) => {
  expect(spaceWords(space, offered).replaceAll('\u00a0', ' ')).toBe(words)
})
