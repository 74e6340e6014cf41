/** Every page for everyone: WCAG by axe, at the width of a phone and of a desk, dark and light. */
import { ACCOUNT_SCENES } from '../scenes/accounts.ts'
import { LIBRARY_SCENES } from '../scenes/library.ts'
import { PREVIEW_SCENES } from '../scenes/previews.ts'
import { REQUEST_SCENES } from '../scenes/requests.ts'
import { ROOM_SCENES } from '../scenes/rooms.ts'
import { anybody, at, type Scene } from '../scenes/scene.ts'
import { expectForEveryone, FOR_EVERYONE } from '../support/everyone.ts'
import { test } from '../support/test.ts'

const scenes: readonly Scene[] = [
  { name: 'home', visitor: anybody, open: (page) => at(page, '/', 'Hand over a file.') },
  { name: 'no such page', visitor: anybody, open: (page) => at(page, '/no/such/page') },
  ...ACCOUNT_SCENES,
  ...ROOM_SCENES,
  ...LIBRARY_SCENES,
  ...PREVIEW_SCENES,
  ...REQUEST_SCENES,
]

for (const scene of scenes) {
  test(scene.name, async ({ person, signedIn, account, request, consoles }) => {
    consoles.expectRefusals(...(scene.refusals ?? []))
    const page = await scene.visitor({ person, signedIn, account }, FOR_EVERYONE)
    await scene.open(page, request, account)
    await expectForEveryone(page, scene.within)
    // What is answered by a scene may be asked at any time, and this page is about to go.
    await page.unrouteAll({ behavior: 'ignoreErrors' })
  })
}
