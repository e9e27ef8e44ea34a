/** @file Record files both ways against bytes that an independent writer made. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { packRecordIO, unpackRecordIO } from './pack-records.ts'

interface Golden {
  readonly files: Readonly<Record<string, string>>
  readonly rec: string
  readonly idx: string
}

let folder = ''
let golden: Golden

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pack-golden-'))
  golden = JSON.parse(
    await readFile(new URL('../../../test/golden/records.json', import.meta.url), 'utf8'),
  ) as Golden
  for (const [name, bytes] of Object.entries(golden.files)) {
    await mkdir(dirname(join(folder, 'faces', name)), { recursive: true })
    await writeFile(join(folder, 'faces', name), Buffer.from(bytes, 'base64'))
  }
})
afterAll(() => rm(folder, { recursive: true, force: true }))

it('writes the very bytes of another writer, also where the magic number lies in an image', async () => {
  await packRecordIO(join(folder, 'faces'), join(folder, 'packed'))
  expect((await readFile(join(folder, 'packed/train.rec'))).toString('base64')).toBe(golden.rec)
  expect(await readFile(join(folder, 'packed/train.idx'), 'utf8')).toBe(golden.idx)
  expect(await readFile(join(folder, 'packed/property'), 'utf8')).toMatch(/^2,16,16/)
})

it('reads what another writer wrote, byte for byte', async () => {
  await mkdir(join(folder, 'theirs'))
  await writeFile(join(folder, 'theirs/train.rec'), Buffer.from(golden.rec, 'base64'))
  await writeFile(join(folder, 'theirs/train.idx'), golden.idx)
  expect(await unpackRecordIO(join(folder, 'theirs'), join(folder, 'unpacked'))).toBe(3)
  // identities and keys are all that a record file without a list knows
  const paths = ['0/1.png', '0/2.png', '1/3.png']
  for (const [i, name] of Object.keys(golden.files).entries()) {
    const bytes = await readFile(join(folder, 'unpacked', paths[i] ?? ''))
    expect(bytes.toString('base64')).toBe(golden.files[name])
  }
})
