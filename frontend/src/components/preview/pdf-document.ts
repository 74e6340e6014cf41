/**
 * PDFs, read by pdf.js in a worker of our own origin. The browser's own viewer would run a PDF's scripts; here what a PDF
 * says is drawn, and its scripts, forms and links are not even read.
 */
import {
  getDocument,
  GlobalWorkerOptions,
  type PDFDocumentLoadingTask,
} from 'pdfjs-dist/legacy/build/pdf.mjs'
import worker from 'pdfjs-dist/legacy/build/pdf.worker.min.mjs?url'
import openjpeg from 'pdfjs-dist/wasm/openjpeg_nowasm_fallback.js?url&no-inline'

GlobalWorkerOptions.workerSrc = worker

/** Pixels of a picture in a PDF, above which it is left out. */
const MAX_IMAGE_PIXELS = 64 * 1024 * 1024

/** Character maps that are named rather than embedded, and fonts that every reader has: their addresses by file name. */
const named = {
  ...import.meta.glob<string>('../../../node_modules/pdfjs-dist/cmaps/*.bcmap', {
    query: '?url&no-inline',
    import: 'default',
    eager: true,
  }),
  ...import.meta.glob<string>('../../../node_modules/pdfjs-dist/standard_fonts/*.{pfb,ttf}', {
    query: '?url&no-inline',
    import: 'default',
    eager: true,
  }),
}
const addresses = new Map(
  Object.entries(named).map(([path, url]) => [path.slice(path.lastIndexOf('/') + 1), url]),
)

/** What pdf.js asks for such a file. */
class NamedFiles {
  async fetch({ filename }: { filename: string }): Promise<Uint8Array> {
    const url = addresses.get(filename)
    if (url === undefined) throw new Error(`${filename} does not come with the page`)
    const response = await fetch(url)
    if (!response.ok) throw new Error(`${filename} could not be fetched`)
    return new Uint8Array(await response.arrayBuffer())
  }
}

/** Begins to read a PDF, piece by piece as its pages are looked at. To be destroyed when nobody looks any more. */
export function openPdf(url: string): PDFDocumentLoadingTask {
  return getDocument({
    url,
    // The page's policy forbids both, and pdf.js does without.
    isEvalSupported: false,
    useWasm: false,
    // It is what the name of a file is appended to; so it becomes a query, which nobody reads.
    wasmUrl: `${new URL(openjpeg, window.location.href).href}?/`,
    useWorkerFetch: false,
    BinaryDataFactory: NamedFiles,
    maxImageSize: MAX_IMAGE_PIXELS,
    enableXfa: false,
  })
}
