/** Starts the program in the page. */
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { RouterProvider } from 'react-router'
import { session } from './api/session'
import { Providers } from './app/providers'
import { createRouter } from './app/router'
import './index.css'

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')

// The header shows who is signed in; nothing waits for it, and a failure shows where something needs it.
session.settle().catch(() => undefined)

createRoot(root).render(
  <StrictMode>
    <Providers>
      <RouterProvider router={createRouter()} />
    </Providers>
  </StrictMode>,
)
