/** Reads Markdown off the page's thread: some texts take longer than anybody waits. Run by `markdown-layout.ts`. */
import { markdownTree } from './markdown-tree'

addEventListener('message', ({ data }: MessageEvent<string>) => {
  postMessage(markdownTree(data))
})
