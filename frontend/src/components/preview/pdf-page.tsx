/** One page of a PDF: drawn while it is near what is seen, with its text over it to be read aloud, chosen and copied. */
import { type PDFDocumentProxy, TextLayer } from 'pdfjs-dist/legacy/build/pdf.mjs'
import { useEffect, useRef, useState } from 'react'
import { drawnAt } from './pdf-scale'
import './pdf-page.css'

interface PdfPageProps {
  document: PDFDocumentProxy
  /** From 1. */
  number: number
  /** How many there are. */
  of: number
  /** Width over height, as far as is known before it is drawn. */
  ratio: number
}

/** The page. */
export function PdfPage({ document, number, of, ratio: guessed }: PdfPageProps) {
  const sheet = useRef<HTMLElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const texts = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(0)
  const [near, setNear] = useState(false)
  const [ratio, setRatio] = useState(guessed)
  const [failed, setFailed] = useState(false)

  useEffect(() => {
    const element = sheet.current
    if (!element) return
    const sized = new ResizeObserver(() => setWidth(element.clientWidth))
    const seen = new IntersectionObserver(
      ([entry]) => setNear(entry?.isIntersecting ?? false),
      // A screen before and a screen after.
      { root: element.parentElement, rootMargin: '100% 0px' },
    )
    sized.observe(element)
    seen.observe(element)
    return () => {
      sized.disconnect()
      seen.disconnect()
    }
  }, [])

  useEffect(() => {
    const [surface, layer] = [canvas.current, texts.current]
    if (!near || width === 0 || !surface || !layer) return
    let stop: (() => void) | undefined
    let left = false
    const draw = async () => {
      const page = await document.getPage(number)
      const whole = page.getViewport({ scale: 1 })
      setRatio(whole.width / whole.height)
      const { scale, pixels } = drawnAt(whole, width, window.devicePixelRatio)
      const viewport = page.getViewport({ scale: scale * pixels })
      surface.width = Math.floor(viewport.width)
      surface.height = Math.floor(viewport.height)
      if (left) return
      const drawing = page.render({ canvas: surface, viewport })
      const written = new TextLayer({
        textContentSource: page.streamTextContent(),
        container: layer,
        viewport: page.getViewport({ scale }),
      })
      layer.style.setProperty('--total-scale-factor', String(scale))
      stop = () => {
        drawing.cancel()
        written.cancel()
      }
      await Promise.all([drawing.promise, written.render()])
    }
    draw().catch(() => {
      if (!left) setFailed(true)
    })
    return () => {
      left = true
      stop?.()
      // What is far away takes no memory.
      surface.width = 0
      layer.replaceChildren()
    }
  }, [document, number, near, width])

  return (
    <section
      ref={sheet}
      aria-label={`Page ${number} of ${of}`}
      className="pdf-page"
      style={{ aspectRatio: ratio }}
    >
      <canvas ref={canvas} aria-hidden className="size-full" />
      <div ref={texts} className="pdf-text" />
      {failed && <p className="p-4 text-sm">This page could not be shown.</p>}
    </section>
  )
}
