/** What the panel says of downloads that the server has seen, and of those that it has not. */
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Download } from '@/api/types'
import { DownloadRecords } from './download-records'

const server = vi.fn<(request: Request) => Promise<Response>>()

beforeEach(() => vi.stubGlobal('fetch', server))

afterEach(() => {
  cleanup()
  server.mockReset()
  vi.unstubAllGlobals()
})

async function recordOf(download: Partial<Download>) {
  const item: Download = {
    file_id: 'f1',
    file_name: 'film.mp4',
    requested_at: 0,
    started_at: 1,
    bytes: 2048,
    completed: true,
    direct: false,
    ...download,
  }
  server.mockResolvedValue(Response.json({ items: [item] }))
  render(
    <QueryClientProvider client={new QueryClient()}>
      <DownloadRecords id="f1" size={2048} />
    </QueryClientProvider>,
  )
  const record = await screen.findByRole('listitem')
  return record.textContent.replaceAll('\u00a0', ' ')
}

it('says how much came of what passed through the server', async () => {
  expect(await recordOf({})).toMatch(/Completed.*2 KB of 2 KB/)
})

it('does not say so of what was fetched from storage directly', async () => {
  const record = await recordOf({ direct: true })
  expect(record).toContain('Fetched from storage directly')
  expect(record).not.toMatch(/completed|2 KB/i)
})
