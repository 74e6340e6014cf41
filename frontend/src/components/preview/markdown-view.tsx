/**
 * Markdown as it is meant. Elements are made of it and never HTML: what looks like HTML stays text, addresses that are not
 * the web's or mail's lead nowhere, and no picture is fetched.
 */
import { useQuery } from '@tanstack/react-query'
import type { Root } from 'hast'
import { toJsxRuntime } from 'hast-util-to-jsx-runtime'
import { Image } from 'lucide-react'
import type { ComponentProps } from 'react'
import { Fragment, jsx, jsxs } from 'react/jsx-runtime'
import { Notice } from '@/components/ui/notice'
import { linkAddress } from './link-address'
import { layOut } from './markdown-layout'
import type { ViewProps } from './preview-body'
import { PreviewSkeleton } from './preview-skeleton'
import { ExcerptView, PlainText } from './text-view'
import './markdown-view.css'

const components = {
  a: ({ href, children }: ComponentProps<'a'>) => {
    const address = href === undefined ? '' : linkAddress(href)
    return address === '' ? (
      <span>{children}</span>
    ) : (
      <a href={address} target="_blank" rel="noopener noreferrer nofollow">
        {children}
      </a>
    )
  },
  img: ({ alt }: ComponentProps<'img'>) => (
    <span className="picture">
      <Image aria-hidden />
      {alt ? `Picture: ${alt}` : 'Picture'}
    </span>
  ),
  input: ({ checked }: ComponentProps<'input'>) => (
    <span role="img" aria-label={checked ? 'Done:' : 'To do:'}>
      {checked ? '☑' : '☐'}
    </span>
  ),
}

/** The view. */
export function MarkdownView(props: ViewProps) {
  return <ExcerptView {...props}>{({ text }) => <Laid url={props.url} text={text} />}</ExcerptView>
}

/** The text once it has been read, or as it stands where that takes too long. */
function Laid({ url, text }: { url: string; text: string }) {
  const query = useQuery({
    queryKey: ['markdown', url],
    queryFn: ({ signal }) => layOut(text, signal),
    staleTime: Infinity,
    gcTime: 0,
  })
  if (query.data) return <LaidOut tree={query.data} />
  if (query.data === undefined && !query.error) return <PreviewSkeleton />
  return (
    <>
      <Notice className="mb-4">This text is too intricate to be laid out.</Notice>
      <PlainText text={text} />
    </>
  )
}

/** Markdown that was read, as elements. */
export function LaidOut({ tree }: { tree: Root }) {
  return (
    <div dir="auto" className="markdown mx-auto max-w-3xl">
      {toJsxRuntime(tree, { Fragment, jsx, jsxs, components })}
    </div>
  )
}
