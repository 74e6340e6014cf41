/** Menus that are opened one right after the other. */
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Menu, MenuItem } from './menu'

beforeEach(() => {
  // jsdom lays nothing out.
  vi.stubGlobal(
    'ResizeObserver',
    vi.fn(function () {
      return { observe: vi.fn(), unobserve: vi.fn(), disconnect: vi.fn() }
    }),
  )
  render(
    <>
      {['one', 'other'].map((name) => (
        <Menu key={name} trigger={<button type="button">{name}</button>}>
          <MenuItem>In the {name}</MenuItem>
        </Menu>
      ))}
    </>,
  )
})

afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

const press = (name: string) => fireEvent.pointerDown(screen.getByText(name), { button: 0 })
const close = () => fireEvent.keyDown(document.activeElement ?? document, { key: 'Escape' })
/** Until what a menu does after it is gone has been done. */
const settle = () => act(() => new Promise((resolve) => setTimeout(resolve)))

it('gives the focus back to its button', async () => {
  press('one')
  await screen.findByText('In the one')
  close()
  await settle()
  expect(document.activeElement).toBe(screen.getByText('one'))
})

it('leaves alone what was opened before it has given the focus back', async () => {
  press('one')
  await screen.findByText('In the one')
  close()
  press('other')
  await settle()
  expect(screen.queryByText('In the other')).not.toBeNull()
  expect(screen.getByRole('menu').contains(document.activeElement)).toBe(true)
})
