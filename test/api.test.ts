import { join } from 'node:path'
import { expect, it } from 'vitest'
import { publicTypes } from './public-types.ts'

it('public types are those of the snapshot (npx vitest run test/api.test.ts -u writes it anew)', async () => {
  await expect(publicTypes()).toMatchFileSnapshot(join(import.meta.dirname, 'public-types.snapshot.txt'))
})
