import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DataError } from '../../base/errors.ts'
import { random } from '../../base/random.ts'
import { noAugmentation } from '../../data/augment.ts'
import type { Augmentation } from '../../data/augment.ts'
import type { Batch, Dataset } from '../../data/dataset.ts'
import { identitySampler, shuffledSampler } from '../../data/sampler.ts'
import { normalise } from '../../image/normalise.ts'
import { networkCrop } from '../../image/resample.ts'
import type { BatchOptions } from './batches.ts'
import { openBatches } from './batches.ts'
import { openFolders } from './folder-dataset.ts'
import { loadNetworkImages } from './images.ts'
import { workerEntry } from '../threads/worker-entry.ts'

const built = existsSync(fileURLToPath(workerEntry('faces/batches-worker')))
const size = { height: 28, width: 24 }
const all: Augmentation = {
  flip: true,
  shift: 2,
  zoom: 0.1,
  rotate: 8,
  light: 0.3,
  grey: 0.3,
  erase: 0.3,
  blur: 0.3,
}

let root = ''
let folder = ''
let damaged = ''

const write = async (into: string, broken: ReadonlySet<string>): Promise<void> => {
  for (let person = 0; person < 5; person++) {
    await mkdir(join(into, `p${person}`), { recursive: true })
    for (let image = 0; image < 4; image++) {
      const stream = random(1, 'photo', person, image)
      const data = Uint8Array.from({ length: 32 * 32 * 3 }, () => stream.integer(256))
      const bytes = await sharp(data, { raw: { height: 32, width: 32, channels: 3 } })
        .png()
        .toBuffer()
      const name = `p${person}/${image}.png`
      await writeFile(join(into, name), broken.has(name) ? bytes.subarray(0, 200) : bytes)
    }
  }
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'batches-'))
  folder = join(root, 'whole')
  damaged = join(root, 'damaged')
  await write(folder, new Set())
  await write(damaged, new Set(['p1/2.png', 'p3/0.png']))
})
afterAll(async () => {
  await rm(root, { recursive: true, force: true })
})

const options = (dataset: Dataset, other: Partial<BatchOptions> = {}): BatchOptions => ({
  dataset,
  size,
  batch: 6,
  seed: 11,
  augmentation: all,
  workers: 0,
  ...other,
})

const take = async (opened: BatchOptions, iterations: readonly number[]): Promise<Batch[]> => {
  await using source = await openBatches(opened)
  const batches: Batch[] = []
  for (const iteration of iterations) batches.push(await source.batch(iteration))
  return batches
}

describe('openBatches', () => {
  it('gives what the sampler draws, cropped and normalised', async () => {
    const dataset = await openFolders([folder])
    const [batch] = await take(options(dataset, { augmentation: noAugmentation }), [3])
    const draws = shuffledSampler(20, 6, 11).draws(3)
    const images = await Promise.all(
      draws.map(async ({ index }) => networkCrop(await dataset.image(index), size)),
    )
    expect(batch?.pixels).toEqual(normalise(images))
    expect([...(batch?.labels ?? [])]).toEqual(draws.map(({ index }) => dataset.samples[index]?.identity))
  })

  it('gives the same batches whatever the cache, the order of asking and the time', async () => {
    const dataset = await openFolders([folder])
    const forwards = await take(options(dataset), [0, 1, 2, 3, 4, 5, 6, 7])
    const uncached = await take(options(dataset, { cacheBytes: 0 }), [0, 1, 2, 3, 4, 5, 6, 7])
    expect(uncached).toEqual(forwards)
    expect(await take(options(dataset), [6, 2, 3])).toEqual([forwards[6], forwards[2], forwards[3]])
    expect(forwards[0]).not.toEqual(forwards[1])
  })

  it.skipIf(!built)(
    'gives the same batches whatever the worker count (needs the build in dist)',
    async () => {
      const dataset = await openFolders([damaged])
      const asked = [0, 1, 2, 3, 9]
      const here = await take(options(dataset, { maxUnreadable: 0.5 }), asked)
      for (const workers of [1, 3]) {
        for (const cacheBytes of [1e8, 0]) {
          expect(await take(options(dataset, { maxUnreadable: 0.5, workers, cacheBytes }), asked)).toEqual(
            here,
          )
        }
      }
    },
  )

  it('finds damaged images before the first batch, names them, and replaces them by the same person', async () => {
    const dataset = await openFolders([damaged])
    const told: string[] = []
    const progress: number[] = []
    await using source = await openBatches(
      options(dataset, {
        maxUnreadable: 0.1,
        augmentation: noAugmentation,
        onUnreadable: ({ id }) => told.push(id),
        onProgress: (done, total) => progress.push(done / total),
      }),
    )
    expect(source.cached).toBe(true)
    expect(told.toSorted()).toEqual(['p1/2.png', 'p3/0.png'])
    expect(source.unreadable.map(({ id }) => id)).toEqual(['p1/2.png', 'p3/0.png'])
    expect(source.unreadable[0]?.reason).toContain('cannot be decoded')
    expect(progress.at(-1)).toBe(1)
    const labels: number[] = []
    for (let iteration = 0; iteration < 10; iteration++)
      labels.push(...(await source.batch(iteration)).labels)
    // three epochs: every person is seen as often as if nothing were damaged
    expect([0, 1, 2, 3, 4].map((person) => labels.filter((label) => label === person).length)).toEqual([
      12, 12, 12, 12, 12,
    ])
  })

  it('stops where too many are damaged, cached or not', async () => {
    const dataset = await openFolders([damaged])
    const stop = '2 of 20 images cannot be read, more than the allowed 5 %; the first: p1/2.png'
    await expect(openBatches(options(dataset, { maxUnreadable: 0.05 }))).rejects.toThrow(stop)
    await using source = await openBatches(
      options(dataset, { maxUnreadable: 0.05, cacheBytes: 0, prefetch: 0 }),
    )
    const run = async (): Promise<void> => {
      for (let iteration = 0; iteration < 8; iteration++) await source.batch(iteration)
    }
    await expect(run()).rejects.toThrow(DataError)
  })

  it('does not try again what an earlier part of the run could not read', async () => {
    const broken = await openFolders([damaged])
    const whole = await openFolders([folder])
    const before = await take(options(broken, { maxUnreadable: 0.1 }), [0, 1, 2, 3])
    await using first = await openBatches(options(broken, { maxUnreadable: 0.1 }))
    const resumed = options(whole, { maxUnreadable: 0.1, knownUnreadable: first.unreadable })
    expect(await take(resumed, [0, 1, 2, 3])).toEqual(before)
    expect(await take(options(whole), [0, 1, 2, 3])).not.toEqual(before)
  })

  it('reads data sets that are no files in the calling thread', async () => {
    const files = await openFolders([folder])
    const { files: _, ...plain } = files
    expect(await take(options(plain, { workers: 2 }), [0, 5])).toEqual(await take(options(files), [0, 5]))
    expect(await take(options(plain, { workers: 2, cacheBytes: 0 }), [5])).toEqual(
      await take(options(files), [5]),
    )
  })

  it('takes another sampler', async () => {
    const dataset = await openFolders([folder])
    const sampler = identitySampler(
      dataset.samples.map(({ identity }) => identity),
      2,
      3,
      1,
    )
    const [batch] = await take(options(dataset, { sampler }), [4])
    expect(new Set(batch?.labels).size).toBe(2)
  })

  it('stops the preparation when told to', async () => {
    const dataset = await openFolders([folder])
    const stop = new AbortController()
    stop.abort(new Error('enough'))
    await expect(openBatches(options(dataset, { signal: stop.signal }))).rejects.toThrow('enough')
  })

  it('passes on faults that are no damaged images', async () => {
    const dataset = await openFolders([folder])
    const { files: _, ...plain } = dataset
    const failing: Dataset = {
      ...plain,
      image: async () => {
        throw new RangeError('a fault')
      },
    }
    await expect(openBatches(options(failing))).rejects.toThrow('a fault')
  })
})

describe('loadNetworkImages', () => {
  it('gives all images in order, in pieces', async () => {
    const { files } = await openFolders([folder])
    const pieces: { start: number; count: number }[] = []
    const pixels: number[] = []
    for await (const { start, count, pixels: piece } of loadNetworkImages(files, { size, batch: 8 })) {
      pieces.push({ start, count })
      pixels.push(...piece)
    }
    expect(pieces).toEqual([
      { start: 0, count: 8 },
      { start: 8, count: 8 },
      { start: 16, count: 4 },
    ])
    expect(pixels).toHaveLength(20 * 3 * 28 * 24)
  })

  it('names the file it cannot read', async () => {
    const read = async (): Promise<void> => {
      for await (const piece of loadNetworkImages([join(damaged, 'p1/2.png')], { size }))
        expect(piece.count).toBe(0)
    }
    await expect(read()).rejects.toThrow(/p1\/2\.png: cannot be decoded/)
  })
})

describe('the share of images that differ', () => {
  const copies = async (): Promise<Dataset> => {
    const copied = join(root, 'copied')
    const bytes = await readFile(join(folder, 'p0/0.png'))
    for (let person = 0; person < 10; person++) {
      await mkdir(join(copied, `p${person}`), { recursive: true })
      await writeFile(join(copied, `p${person}/0.png`), bytes)
    }
    return openFolders([copied])
  }

  it.for([
    ['held decoded', undefined],
    ['decoded each time', 0],
  ] as const)('is that before augmentation, %s', async ([_, cacheBytes]) => {
    const given = {
      size,
      batch: 5,
      seed: 1,
      augmentation: all,
      workers: 0,
      ...(cacheBytes === undefined ? {} : { cacheBytes }),
    }
    await using copied = await copies()
    await using same = await openBatches({ ...given, dataset: copied })
    expect(same.distinctShare).toBeCloseTo(0.1)
    await using whole = await openFolders([folder])
    await using different = await openBatches({ ...given, dataset: whole })
    expect(different.distinctShare).toBe(1)
  })
})
