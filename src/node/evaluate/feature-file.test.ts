import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bytesOf, concatBytes } from '../../base/bytes.ts'
import { encodeNpy, npyHeader } from '../../tensor/npy.ts'
import { openFeatureFile, readRows } from './feature-file.ts'

let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'features-'))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

const [count, size] = [1000, 3]
const numbers = Float32Array.from({ length: count * size }, (_, i) => i)

/** A header with other words in it, and numbers. */
const write = async (name: string, words: readonly [string, string], data: Uint8Array): Promise<string> => {
  const header = Buffer.from(npyHeader([count, size]))
    .toString('latin1')
    .replace(...words)
  await writeFile(join(folder, name), concatBytes([Buffer.from(header, 'latin1'), data]))
  return join(folder, name)
}

describe('rows of a file', () => {
  it('are read at any places', async () => {
    await writeFile(join(folder, 'f.npy'), encodeNpy({ shape: [count, size], data: numbers }))
    await using file = await openFeatureFile(join(folder, 'f.npy'))
    const mixed = Array.from({ length: count }, (_, i) => (i * 7 + 3) % count)
    for (const rows of [mixed, [5, 5, 999, 0], [4, 5, 6], []]) {
      const wanted = rows.flatMap((row) => [row * size, row * size + 1, row * size + 2])
      expect([...(await readRows(file, rows))]).toEqual(wanted)
    }
  })

  it('may be of double precision', async () => {
    await using file = await openFeatureFile(
      await write('double.npy', ['<f4', '<f8'], bytesOf(Float64Array.from(numbers))),
    )
    expect([...(await readRows(file, [2, 1]))]).toEqual([6, 7, 8, 3, 4, 5])
  })

  it('are refused where they lie column by column, and the way out is named', async () => {
    const path = await write('turned.npy', ['False', 'True '], bytesOf(numbers))
    await expect(openFeatureFile(path)).rejects.toThrow(
      "expected row-major order, got Fortran's, which cannot be read in blocks; save it by np.save(file, np.ascontiguousarray(x, dtype='<f4'))",
    )
  })
})
