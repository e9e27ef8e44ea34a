/** @file Videos from folders of frames, against scores computed here by the definitions. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DataError, UsageError } from '../../base/errors.ts'
import { random } from '../../base/random.ts'
import type { VideoPooling } from '../../evaluate/protocol/video.ts'
import { type Colour, colourModel, writeColour } from '../../../test/colour-model.ts'
import type { Evaluated } from './evaluated.ts'
import type { Embeddings } from './protocol-embeddings.ts'
import { evaluateVideos, type EvaluateVideosOptions } from './video-evaluate.ts'

const byModel: Evaluated = { kind: 'model', model: colourModel }
const videos = new Map<string, readonly Colour[]>()
let folder = ''
let splits = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'videos-'))
  splits = join(folder, 'splits.txt')
  const stream = random(4, 'videos')
  const lines = ['split number, pair number, first name, second name, is same name, is same video']
  for (let person = 0; person < 8; person++) {
    const base = [0, 1, 2].map(() => stream.integer(200))
    for (const number of [0, 1, 2]) {
      const frames = Array.from({ length: 2 + stream.integer(4) }, (): Colour => {
        const [r = 0, g = 0, b = 0] = base.map((value) => value + stream.integer(55))
        return [r, g, b]
      })
      videos.set(`P${person}/${number}`, frames)
      for (const [i, colour] of frames.entries())
        await writeColour(join(folder, 'frames', `P${person}`, `${number}`, `0.${10 + i}.png`), colour)
    }
    const [split, other] = [1 + Math.floor(person / 2), person % 2 === 0 ? person + 1 : person - 1]
    lines.push(`${split}, ${2 * person + 1}, P${person}/0, P${person}/1, 1, 0`)
    lines.push(`${split}, ${2 * person + 2}, P${person}/2, P${other}/0, 0, 0`)
  }
  await writeFile(splits, `${lines.join('\n')}\n`)
})

afterAll(() => rm(folder, { recursive: true, force: true }))

const unit = (values: readonly number[]): number[] => {
  const length = Math.hypot(...values)
  return values.map((value) => value / length)
}
const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0)
const framesOf = (video: string): number[][] =>
  (videos.get(video) ?? []).map((colour) => unit(colour.map((value) => value / 127.5 - 1)))
const meanOf = (rows: readonly (readonly number[])[]): number[] =>
  [0, 1, 2].map((k) => rows.reduce((sum, row) => sum + (row[k] ?? 0), 0) / rows.length)

const definitions: Readonly<Record<VideoPooling, (a: number[][], b: number[][]) => number>> = {
  mean: (a, b) => dot(unit(meanOf(a)), unit(meanOf(b))),
  closest: (a, b) => Math.max(...a.flatMap((one) => b.map((other) => dot(one, other)))),
  average: (a, b) => {
    const scores = a.flatMap((one) => b.map((other) => dot(one, other)))
    return scores.reduce((sum, score) => sum + score, 0) / scores.length
  },
}

describe.each(['mean', 'closest', 'average'] as const)('%s', (pooling) => {
  it('gives the accuracy that its scores have by definition', async () => {
    const { report, outcomes } = await evaluateVideos(byModel, splits, {
      name: 'colours',
      images: join(folder, 'frames'),
      pooling,
      replicates: 20,
    })
    const [result] = report.results
    if (result?.schema !== 'cosface-evaluation/1') throw new Error('another result')
    const pairs = Array.from({ length: 8 }, (_, person) => {
      const other = person % 2 === 0 ? person + 1 : person - 1
      return [
        { a: `P${person}/0`, b: `P${person}/1`, same: true },
        { a: `P${person}/2`, b: `P${other}/0`, same: false },
      ]
    }).flat()
    const scores = pairs.map(({ a, b }) => definitions[pooling](framesOf(a), framesOf(b)))
    const right = pairs.map(
      ({ same }, i) => (scores[i] ?? NaN) >= (result.thresholds[i >> 2] ?? NaN) === same,
    )
    // the same decisions, pair by pair; no score here lies so close to a threshold that rounding decides
    expect([...(outcomes[0]?.hits ?? [])]).toEqual(right.map(Number))
    expect(result.accuracy).toBeCloseTo(right.filter(Boolean).length / 16, 12)
    expect(result.thresholds).toHaveLength(4)
    expect(result.protocol).toContain('all frames of each video')
    expect(report.record).toMatchObject({ protocol: 'ytf', files: ['splits.txt'], model: 'colours' })
    expect(report.record.convention).toContain(pooling)
  })
})

describe('frames and videos', () => {
  const run = (more: Partial<EvaluateVideosOptions>, list = splits) =>
    evaluateVideos(byModel, list, {
      name: 'colours',
      images: join(folder, 'frames'),
      replicates: 0,
      ...more,
    })

  it('at most so many frames are taken, and the result says so', async () => {
    const { report } = await run({ frames: 1 })
    expect(report.results[0]).toMatchObject({ protocol: expect.stringContaining('at most 1 frame,') })
    expect(report.results[0]).toMatchObject({ protocol: expect.stringContaining('24 in all') })
    await expect(run({ frames: 0 })).rejects.toThrow(UsageError)
  })

  it('videos without frames are named, or left out and counted', async () => {
    const list = join(folder, 'more.txt')
    const header = 'split number, pair number, first name, second name, is same name\n'
    const rows = ['1, 1, P0/0, P0/1, 1', '1, 2, P0/0, P1/1, 0', '2, 3, P2/0, P2/1, 1', '2, 4, P2/0, P3/1, 0']
    await writeFile(list, `${header}${[...rows, '2, 5, P2/0, Nobody/7, 0'].join('\n')}\n`)
    await expect(run({}, list)).rejects.toThrow('1 video of the list has no frames')
    await expect(run({}, list)).rejects.toThrow(DataError)
    const { report } = await run({ skipMissing: true }, list)
    expect(report.results[0]).toMatchObject({ pairs: { total: 4, skipped: 1 } })
    expect(report.warnings.join()).toContain('left out')
  })

  it('a damaged frame is named', async () => {
    await writeFile(join(folder, 'frames', 'P0', '0', '0.99.png'), 'no picture')
    await expect(run({})).rejects.toThrow('0.99.png')
    await rm(join(folder, 'frames', 'P0', '0', '0.99.png'))
  })
})

describe('features made before', () => {
  /** A row for each frame, in no order, called by `name`. */
  const embedded = (name: (video: string, frame: number) => string): Evaluated => {
    const rows = [...videos.keys()]
      .toReversed()
      .flatMap((video) => framesOf(video).map((row, frame) => ({ name: name(video, frame), row })))
    const embeddings: Embeddings = {
      file: 'frames.npy',
      size: 3,
      count: rows.length,
      data: Float32Array.from(rows.flatMap(({ row }) => row)),
      lengths: new Float64Array(rows.length).fill(1),
      names: rows.map((one) => one.name),
      model: 'colours',
      flip: 'none',
    }
    return { kind: 'embeddings', embeddings }
  }
  const run = (evaluated: Evaluated, more: Partial<EvaluateVideosOptions> = {}) =>
    evaluateVideos(evaluated, splits, { name: 'colours', replicates: 0, ...more })
  const images = (): string => join(folder, 'frames')

  it.each(['mean', 'closest', 'average'] as const)('give what their model gives, by %s', async (pooling) => {
    const [result] = (await run(byModel, { images: images(), pooling, frames: 2 })).report.results
    const named = await run(
      embedded((video, frame) => `data/frames/${video}/0.${10 + frame}.png`),
      { pooling, frames: 2 },
    )
    const repeated = await run(
      embedded((video) => video),
      { pooling, frames: 2 },
    )
    for (const { report } of [named, repeated]) {
      const [given] = report.results
      if (given?.schema !== 'cosface-evaluation/1' || result?.schema !== given.schema)
        throw new Error('another result')
      expect(given).toMatchObject({ accuracy: result.accuracy, pairs: result.pairs, model: 'colours' })
      given.thresholds.forEach((value, fold) => expect(value).toBeCloseTo(result.thresholds[fold] ?? NaN, 6))
      expect(given.protocol).toContain('frames.npy as given, normalised (flip none by its record)')
      expect(report.record.files).toEqual(['splits.txt', 'frames.npy'])
    }
  })

  it('may be one for each video, and then have no frames to compare', async () => {
    const names = [...videos.keys()]
    const data = Float32Array.from(names.flatMap((video) => unit(meanOf(framesOf(video)))))
    const pooled: Evaluated = {
      kind: 'embeddings',
      embeddings: {
        file: 'videos.npy',
        size: 3,
        count: names.length,
        data,
        names,
        lengths: new Float64Array(names.length).fill(1),
      },
    }
    const [result] = (await run(byModel, { images: images() })).report.results
    const { report } = await run(pooled)
    expect(report.results[0]).toMatchObject({
      accuracy: result?.schema === 'cosface-evaluation/1' ? result.accuracy : NaN,
      protocol: expect.stringContaining('one feature of each video, 24 in all'),
    })
    await expect(run(pooled, { pooling: 'closest' })).rejects.toThrow('take --pooling mean')
  })

  it('that miss a video are named, and so is a model without its folder', async () => {
    const some = embedded((video, frame) => `${video === 'P3/0' ? 'Q3/0' : video}/${frame}.png`)
    await expect(run(some)).rejects.toThrow('1 video of the list has no frames in frames.npy: P3/0')
    await expect(run(byModel)).rejects.toThrow('Expected --images with the folder')
  })
})
