import { expect, it } from 'vitest'
import { deviceWords } from './device-words'

it.each([
  [
    'Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0',
    { name: 'Firefox on Linux', kind: 'desktop' },
  ],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36',
    { name: 'Chrome on Windows', kind: 'desktop' },
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1',
    { name: 'Safari on iOS', kind: 'handheld' },
  ],
  ['curl/8.5.0', { name: 'curl/8.5.0', kind: 'program' }],
  ['', { name: 'Unknown program', kind: 'program' }],
])('%s', (userAgent, words) => {
  expect(deviceWords(userAgent)).toEqual(words)
})
