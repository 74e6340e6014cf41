/** The end of a list that has more: loads it when it comes into view, or when pressed. */
import { useEffect, useEffectEvent, useRef } from 'react'
import { Button } from '@/components/ui/button'

interface MoreRowsProps {
  /** What the list is made of; TanStack's infinite queries are of this form. */
  query: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown }
}

/** Nothing, once all is loaded. */
export function MoreRows({ query }: MoreRowsProps) {
  const end = useRef<HTMLDivElement>(null)
  const { hasNextPage, isFetchingNextPage } = query
  const load = useEffectEvent(() => {
    if (!isFetchingNextPage) query.fetchNextPage()
  })

  useEffect(() => {
    const element = end.current
    if (!element) return
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) load()
      },
      { rootMargin: '400px' },
    )
    observer.observe(element)
    return () => observer.disconnect()
    // After each page the end may still be in view, and only a new observer says so.
  }, [hasNextPage, isFetchingNextPage])

  if (!hasNextPage) return null
  return (
    <div ref={end} className="mt-4 flex justify-center">
      <Button
        variant="secondary"
        disabled={isFetchingNextPage}
        onClick={() => query.fetchNextPage()}
      >
        {isFetchingNextPage ? 'Loading' : 'Show more'}
      </Button>
    </div>
  )
}
