/** Markdown as a tree of elements, in which there is no HTML of its writer's. Made by the worker of that name. */
import type { Root } from 'hast'
import remarkGfm from 'remark-gfm'
import remarkParse from 'remark-parse'
import remarkRehype from 'remark-rehype'
import { unified } from 'unified'

const reader = unified()
  .use(remarkParse)
  .use(remarkGfm)
  .use(remarkRehype, {
    // What looks like HTML is text like all else.
    handlers: { html: (_: unknown, { value }: { value: string }) => ({ type: 'text', value }) },
  })

/** The tree of a text. Throws where it is nested deeper than can be followed. */
export function markdownTree(text: string): Root {
  return reader.runSync(reader.parse(text))
}
