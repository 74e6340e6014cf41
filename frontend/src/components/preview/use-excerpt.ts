/** The beginning of a text as a query. Used by the views of text and Markdown. */
import { useQuery } from '@tanstack/react-query'
import { fetchExcerpt } from './excerpt'
import type { PreviewFile } from './preview-file'

/** Fetched once, however long it is looked at. */
export function useExcerpt(file: PreviewFile, url: string) {
  return useQuery({
    queryKey: ['excerpt', url],
    queryFn: ({ signal }) => fetchExcerpt(url, file.size, signal),
    staleTime: Infinity,
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  })
}
