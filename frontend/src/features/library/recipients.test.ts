import { expect, it } from 'vitest'
import { readRecipients, withRecipients } from './recipients'

it('reads addresses between commas, semicolons, spaces and lines', () => {
  const { addresses, rest } = readRecipients('a@x.org, b@x.org;c@x.org d@x.org\r\ne@x.org\n')
  expect(addresses).toEqual(['a@x.org', 'b@x.org', 'c@x.org', 'd@x.org', 'e@x.org'])
  expect(rest).toEqual([])
})

it('reads addresses as mail programs copy them', () => {
  expect(readRecipients('Ann Lee <ann@x.org>, "Bob" <bob@x.org>').addresses).toEqual([
    'ann@x.org',
    'bob@x.org',
  ])
})

it('leaves what is no address', () => {
  expect(readRecipients('ann, b@x.org, @x.org')).toEqual({
    addresses: ['b@x.org'],
    rest: ['ann', '@x.org'],
  })
})

it('takes each address once, in whatever case', () => {
  expect(withRecipients(['ann@x.org'], ['ANN@x.org', 'bob@x.org'])).toEqual([
    'ann@x.org',
    'bob@x.org',
  ])
})
