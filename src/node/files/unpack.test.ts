import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import type * as filesystem from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { FormatError } from '../../base/errors.ts'
import { unpackTgz } from './unpack.ts'

// a disk on which a folder takes long to make
vi.mock('node:fs/promises', async (original) => {
  const actual = await original<typeof filesystem>()
  const mkdir = async (path: string, options: { readonly recursive: boolean }): Promise<unknown> => {
    await sleep(100)
    return actual.mkdir(path, options)
  }
  return { ...actual, mkdir }
})

test('an archive found damaged before anybody reads it is an error of the call, not of the process', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'cosface-unpack-'))
  const archive = join(folder, 'a.tgz')
  await writeFile(archive, 'no archive')
  await expect(unpackTgz(archive, join(folder, 'out'), { top: 'lfw' })).rejects.toThrow(FormatError)
  expect(await readdir(folder)).toEqual(['a.tgz'])
  await rm(folder, { recursive: true })
})
