import { fileURLToPath } from 'node:url'
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

/** Where `make dev` runs the server that Vite passes everything but pages to. */
const server = process.env.SHARESYNC_SERVER ?? 'http://127.0.0.1:5001'

export default defineConfig({
  plugins: [react(), tailwindcss()],
  resolve: {
    alias: {
      '@': fileURLToPath(new URL('./src', import.meta.url)),
      // In browsers it would ask a document, which the worker that reads Markdown has not.
      'decode-named-character-reference': fileURLToPath(
        new URL('./node_modules/decode-named-character-reference/index.js', import.meta.url),
      ),
    },
  },
  server: {
    proxy: {
      '/api': server,
      '/socket.io': { target: server, ws: true },
      '/relay': { target: server, ws: true },
    },
  },
  worker: { format: 'es' },
  build: { target: 'es2022' },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.{ts,tsx}'],
    // Vitest empties style sheets; contrast.test.ts reads this one.
    css: { include: [/index\.css/] },
    // How long a test may hang, which says nothing of the code: machines that build as well are slow.
    testTimeout: 60_000,
  },
})
