import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FormatError } from '../../base/errors.ts'
import type { Pair } from '../../evaluate/pair.ts'
import { openBin, packBin } from './bin-file.ts'
import { createDecoder } from './decode.ts'

let folder = ''
const decode = createDecoder()
const hasPython = spawnSync('python3', ['-c', 'import pickle']).status === 0
const pairs: readonly Pair[] = Array.from({ length: 12 }, (_, i) => ({
  a: `x/${i % 3}.jpg`,
  b: `y/${i % 2}.png`,
  same: i % 2 === 0,
  fold: 0,
}))

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bin-'))
  await mkdir(join(folder, 'x'))
  await mkdir(join(folder, 'y'))
  for (let i = 0; i < 3; i++) {
    const image = sharp({
      create: { width: 20, height: 24, channels: 3, background: { r: 60 * i, g: 9, b: 9 } },
    })
    await image
      .clone()
      .jpeg()
      .toFile(join(folder, 'x', `${i}.jpg`))
    await image
      .clone()
      .png()
      .toFile(join(folder, 'y', `${i}.png`))
  }
})

afterAll(() => rm(folder, { recursive: true, force: true }))

describe('verification packs on disk', () => {
  it('come back as the same pairs with the same bytes', async () => {
    const out = join(folder, 'a.bin')
    expect((await packBin(pairs, folder, out)).pairs).toBe(12)
    const bin = await openBin(out, decode)
    expect(bin.set.folds).toBe('runs')
    expect(bin.set.pairs.map(({ same }) => same)).toEqual(pairs.map(({ same }) => same))
    expect(bin.set.pairs.map(({ fold }) => fold)).toEqual([0, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(bin.set.pairs[1]).toMatchObject({ a: '2', b: '3' })
    for (const [i, { a, b }] of pairs.entries()) {
      expect(bin.encoded(2 * i)).toEqual(new Uint8Array(await readFile(join(folder, a))))
      expect(bin.encoded(2 * i + 1)).toEqual(new Uint8Array(await readFile(join(folder, b))))
    }
    expect(await bin.image(1)).toMatchObject({ height: 24, width: 20 })
  })

  it.skipIf(!hasPython)('are read by Python (skipped without python3)', async () => {
    const out = join(folder, 'python.bin')
    await packBin(pairs, folder, out)
    const script = [
      'import pickle, sys, json, os',
      "bins, same = pickle.load(open(sys.argv[1], 'rb'), encoding='bytes')",
      'print(json.dumps([[len(b) for b in bins], same, type(bins[0]).__name__]))',
    ].join('\n')
    const { stdout } = spawnSync('python3', ['-c', script, out], { encoding: 'utf8' })
    const lengths = await Promise.all(
      pairs.flatMap(({ a, b }) => [a, b]).map(async (path) => (await readFile(join(folder, path))).length),
    )
    expect(JSON.parse(stdout)).toEqual([lengths, pairs.map(({ same }) => same), 'bytes'])
  })

  it('are not left half written', async () => {
    const before = await readdir(folder)
    const missing = [...pairs, { a: 'x/9.jpg', b: 'x/0.jpg', same: true, fold: 0 }]
    await expect(packBin(missing, folder, join(folder, 'b.bin'))).rejects.toThrow('x/9.jpg')
    await writeFile(join(folder, 'x', 'text.jpg'), 'text')
    const broken = [{ a: 'x/text.jpg', b: 'x/0.jpg', same: true, fold: 0 }]
    await expect(packBin(broken, folder, join(folder, 'b.bin'))).rejects.toThrow(FormatError)
    expect(await readdir(folder)).toEqual(before)
  })

  it('name file and place of an image that is none', async () => {
    const path = join(folder, 'c.bin')
    await writeFile(path, Buffer.from('\x80\x04](C\x01aC\x01be](\x88e\x86.', 'latin1'))
    const bin = await openBin(path, decode)
    await expect(bin.image(1)).rejects.toThrow('c.bin image 1')
    await expect(openBin(folder, decode)).rejects.toThrow('got a folder')
  })
})
