/** What a page remembers of its uploads beyond a reload. */
import type { Page } from '@playwright/test'

/** How many files it has copies of, and for how many the server's name for their upload. */
export function rememberedUploads(page: Page): Promise<{ files: number; sessions: number }> {
  return page.evaluate(async () => {
    const answered = async <T>(request: IDBRequest<T>) => {
      await new Promise((resolve) => {
        request.addEventListener('success', resolve)
      })
      return request.result
    }
    const count = async (name: string, store: string) => {
      // One that the page has not made yet would be made by being opened, without its store.
      const databases = await indexedDB.databases()
      if (!databases.some((database) => database.name === name)) return 0
      const database = await answered(indexedDB.open(name, 1))
      const counted = await answered(database.transaction(store).objectStore(store).count())
      database.close()
      return counted
    }
    return {
      files: await count('sharesync-uploads', 'files'),
      sessions: await count('sharesync-upload-sessions', 'sessions'),
    }
  })
}
