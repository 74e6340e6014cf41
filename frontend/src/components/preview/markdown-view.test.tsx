import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, describe, expect, it } from 'vitest'
import { markdownTree } from './markdown-tree'
import { LaidOut } from './markdown-view'

afterEach(cleanup)

const laidOut = (text: string) => render(<LaidOut tree={markdownTree(text)} />).container

describe('Markdown of somebody', () => {
  it('becomes headings, lists, tables and links', () => {
    laidOut('# Plan\n\n- [x] one\n\n| a |\n|---|\n| b |\n\n[site](https://example.com/a)')
    expect(screen.getByRole('heading', { name: 'Plan' })).toBeTruthy()
    expect(screen.getByRole('listitem').textContent).toContain('one')
    expect(screen.getByRole('cell', { name: 'b' })).toBeTruthy()
    const link = screen.getByRole('link', { name: 'site' })
    expect(link.getAttribute('href')).toBe('https://example.com/a')
    expect(link.getAttribute('rel')).toBe('noopener noreferrer nofollow')
  })

  it('makes no element of HTML', () => {
    const shown = laidOut(
      '<script>ran = 1</script>\n\n<b onclick="ran = 1">bold</b>\n\n<iframe src="/">',
    )
    expect(shown.querySelector('script, b, iframe')).toBeNull()
    expect(shown.textContent).toContain('<script>ran = 1</script>')
  })

  it('leads nowhere but to the web and to mail', () => {
    for (const address of [
      'javascript:alert(1)',
      'JaVaScRiPt:alert(1)',
      '&#106;avascript:alert(1)',
      'java\tscript:alert(1)',
      'data:text/html,<script>1</script>',
      'vbscript:x',
      'blob:https://example.com/1',
      'file:///etc/passwd',
      '/settings',
      '//example.com',
      '#part',
    ]) {
      const shown = laidOut(`[press](${address}) [press][1] <${address}>\n\n[1]: ${address}`)
      expect(shown.querySelector('a'), address).toBeNull()
      cleanup()
    }
  })

  it('fetches no picture', () => {
    const shown = laidOut('![a cat](https://example.com/cat.png) ![](data:image/png;base64,AA==)')
    expect(shown.querySelector('img, picture, source, [style]')).toBeNull()
    expect(shown.textContent).toContain('Picture: a cat')
  })
})
