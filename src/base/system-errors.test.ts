import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { reasonOf, withoutCodes } from './system-errors.ts'

it('says in words what the system says by a code', async () => {
  const error: unknown = await readFile('/no/such/place').catch((cause: unknown) => cause)
  expect(reasonOf(error)).toBe('there is no such file or folder')
  expect(withoutCodes(error instanceof Error ? error.message : '')).toBe(
    '/no/such/place: there is no such file or folder',
  )
  expect(withoutCodes("EEXIST: file already exists, mkdir 'a b'")).toBe('a b: it exists already')
  expect(withoutCodes("EXDEV: cross-device link not permitted, rename 'a' -> 'b'")).toBe(
    'b: it lies on another disk',
  )
  expect(withoutCodes('ENOSPC: no space left on device, write')).toBe('the disk is full')
  expect(withoutCodes('x could not be read (EACCES)')).toContain('may not be read')
  expect(withoutCodes('EER, EXIF and ENOUGH stay')).toBe('EER, EXIF and ENOUGH stay')
})
