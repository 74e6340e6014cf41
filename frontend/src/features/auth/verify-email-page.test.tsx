/** Opening the link in a mail, as React's strict mode does it: twice. */
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { StrictMode } from 'react'
import { MemoryRouter } from 'react-router'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { VerifyEmailPage } from './verify-email-page'

const server = vi.fn<(request: Request) => Promise<Response>>()

const done = () => Promise.resolve(new Response(null, { status: 204 }))

const gone = () =>
  Promise.resolve(
    Response.json(
      { type: 'about:blank', title: '', status: 410, detail: '', code: 'expired' },
      { status: 410 },
    ),
  )

function open(address: string) {
  // As a page that is opened from a mail: what the router begins with is what stands in the address bar.
  window.history.replaceState(null, '', address)
  render(
    <StrictMode>
      <QueryClientProvider client={new QueryClient()}>
        <MemoryRouter initialEntries={[address]}>
          <VerifyEmailPage />
        </MemoryRouter>
      </QueryClientProvider>
    </StrictMode>,
  )
}

const heading = (name: string) => screen.findByRole('heading', { name })

describe('a link to confirm an address', () => {
  beforeEach(() => vi.stubGlobal('fetch', server))

  afterEach(() => {
    cleanup()
    server.mockReset()
    vi.unstubAllGlobals()
  })

  it('is used once', async () => {
    server.mockImplementationOnce(done).mockImplementation(gone)
    open('/verify-email#token=abc')
    await heading('Your address is confirmed')
    expect(server).toHaveBeenCalledOnce()
    const [request] = server.mock.lastCall ?? []
    expect(await request?.json()).toEqual({ token: 'abc' })
  })

  it('leaves its token nowhere', async () => {
    server.mockImplementation(done)
    open('/verify-email?from=mail#token=abc')
    await heading('Your address is confirmed')
    expect(window.location.href).toMatch(/\/verify-email\?from=mail$/)
  })

  it('leads to another one where it does not work any more', async () => {
    server.mockImplementation(gone)
    open('/verify-email#token=abc')
    await heading('This link does not work any more')
    expect(server).toHaveBeenCalledOnce()
    expect(screen.getByRole('link', { name: 'Get a new link' }).getAttribute('href')).toBe(
      '/check-mail',
    )
  })

  it('can be tried again where nobody answered', async () => {
    server.mockRejectedValueOnce(new TypeError('Failed to fetch')).mockImplementation(done)
    open('/verify-email#token=abc')
    await heading('Your address is not confirmed yet')
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }))
    await heading('Your address is confirmed')
  })
})
