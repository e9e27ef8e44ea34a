/** @file Benchmarks from files to figures, with a model so simple that every figure can be checked. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeColour } from '../../../test/colour-model.ts'
import { DataError, UsageError } from '../../base/errors.ts'
import { random } from '../../base/random.ts'
import type { Pair } from '../../evaluate/pair.ts'
import type { EmbeddingModel, ModelContract } from '../../model/contract.ts'
import { packBin } from '../faces/bin-file.ts'
import { judgePairs } from './evaluate-pairs.ts'
import { encodeNpy } from '../../tensor/npy.ts'
import { evaluateIjb } from './ijb-evaluate.ts'
import { evaluateIjbFeatures } from './ijb-features.ts'
import { guessPairProtocol, readPairList } from '../faces/pair-list-file.ts'

let folder = ''

const contract: ModelContract = {
  schema: 'cosface-model/1',
  id: 'colours',
  weights: 'colours',
  input: { height: 112, width: 96 },
  channels: 'rgb',
  mean: 127.5,
  std: 128,
  flip: 'concat',
  embeddingSize: 3,
  templateSize: 6,
}

/** Embeds an image as its mean colour: people here are colours. */
const model: Pick<EmbeddingModel, 'contract' | 'embed'> = {
  contract,
  embed: async (pixels, count) => {
    const plane = pixels.length / count / 3
    return Float32Array.from({ length: count * 3 }, (_, i) => {
      const sum = pixels.subarray(i * plane, (i + 1) * plane).reduce((all, value) => all + value, 0)
      return sum / plane
    })
  },
}

const colours = [
  [230, 20, 20],
  [20, 230, 20],
  [20, 20, 230],
  [230, 230, 20],
  [20, 230, 230],
  [230, 20, 230],
] as const

/** What the model makes of each image, known without it. */
const featureOf = new Map<string, readonly number[]>()

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'benchmark-'))
  const stream = random(8, 'colours')
  for (const [person, [r, g, b]] of colours.entries()) {
    for (let i = 0; i < 4; i++) {
      const shade = (value: number): number => Math.max(0, Math.min(255, value + stream.integer(41) - 20))
      const colour = [shade(r), shade(g), shade(b)] as const
      featureOf.set(
        `${person}_${i}.png`,
        colour.map((value) => (value - 127.5) / 128),
      )
      await writeColour(join(folder, 'loose_crop', `${person}_${i}.png`), colour, 112)
    }
  }
})

afterAll(() => rm(folder, { recursive: true, force: true }))

describe('a pack', () => {
  const pairs: readonly Pair[] = Array.from({ length: 40 }, (_, i) => ({
    a: `${i % 6}_${i % 4}.png`,
    b: i % 2 === 0 ? `${i % 6}_${(i + 1) % 4}.png` : `${(i + 1) % 6}_${i % 4}.png`,
    same: i % 2 === 0,
    fold: 0,
  }))

  it.each(['cosface', 'centred', 'insightface'] as const)(
    'is judged by the convention of %s',
    async (convention) => {
      const path = join(folder, 'colours.bin')
      await packBin(pairs, join(folder, 'loose_crop'), path, { overwrite: true })
      expect(await guessPairProtocol(path)).toBe('bin')
      const { judgement } = await judgePairs(
        { kind: 'model', model },
        { pairs: { kind: 'list', file: path }, convention, replicates: 0, batch: 7 },
      )
      expect(judgement.convention).toBe(convention)
      const result = judgement.convention === 'insightface' ? judgement.result : judgement.verification.result
      expect(result.accuracy).toBe(1)
      expect(result.pairs).toMatchObject({ total: 40, same: 20, different: 20 })
      // the same pictures are in many folds here
      expect(result.warnings.join()).toMatch(/\d+ people appear in more than one fold/)
      expect(result.protocol).toContain(
        { cosface: 'concatenated', centred: 'less the mean', insightface: 'verification.py' }[convention],
      )
    },
  )
})

describe('template benchmarks', () => {
  const write = async (name: string, lines: readonly string[]): Promise<void> => {
    await mkdir(join(folder, 'meta'), { recursive: true })
    await writeFile(join(folder, 'meta', name), `${lines.join('\n')}\n`)
  }
  // the five points of an aligned crop: cutting out leaves the colours as they are
  const points = '38.29 51.69 73.53 51.50 56.02 71.73 41.54 92.36 70.72 92.20'

  it('are run from their folder', async () => {
    const images = colours.flatMap((_, person) => [0, 1, 2, 3].map((i) => ({ person, i })))
    await write(
      'x_face_tid_mid.txt',
      images.map(({ person, i }) => `${person}_${i}.png ${10 * person + Math.floor(i / 2)} ${i % 3}`),
    )
    await write(
      'x_name_5pts_score.txt',
      images.map(({ person, i }) => `${person}_${i}.png ${points} 0.9${i}`),
    )
    const ids = colours.flatMap((_, person) => [10 * person, 10 * person + 1])
    const pairs = ids.flatMap((a, i) =>
      ids.slice(i + 1).map((b) => [a, b, Math.floor(a / 10) === Math.floor(b / 10)] as const),
    )
    await write(
      'x_template_pair_label.txt',
      pairs.map(([a, b, same]) => `${a} ${b} ${same ? 1 : 0}`),
    )
    await write('x_1N_gallery_G1.csv', ['TEMPLATE_ID,SUBJECT_ID', '0,0', '10,1'])
    await write('x_1N_gallery_G2.csv', ['TEMPLATE_ID,SUBJECT_ID', '20,2'])
    await write('x_1N_probe_mixed.csv', [
      'TEMPLATE_ID,SUBJECT_ID',
      ...colours.map((_, person) => `${10 * person + 1},${person}`),
    ])
    const { verification, identification } = await evaluateIjb(model, folder, { replicates: 20 })
    expect(verification.auc).toBe(1)
    expect(verification.pairs).toEqual({ total: 66, same: 6, different: 60 })
    expect(verification.protocol).toContain('N1D1F1 in eval_ijbc.py')
    expect(verification.templates).toBe(12)
    expect(identification?.galleries.map(({ mated, nonMated }) => [mated, nonMated])).toEqual([
      [2, 4],
      [1, 5],
    ])
    expect(identification?.mean.closed[0]?.value).toBe(1)

    // the same from features computed before: images with their mirror images, and templates pooled by hand
    const features = images.map(({ person, i }) => featureOf.get(`${person}_${i}.png`) ?? [0, 0, 0])
    const wide = Float32Array.from(features.flatMap((row) => [...row, ...row]))
    const file = join(folder, 'features.npy')
    await writeFile(file, encodeNpy({ shape: [24, 6], data: wide }))
    const again = await evaluateIjbFeatures({ kind: 'images', file, sideBySide: true }, folder, {
      replicates: 20,
    })
    expect(again.verification.tarAtFar).toEqual(verification.tarAtFar)
    expect(again.verification.pairs).toEqual(verification.pairs)
    expect(again.evaluation.report.record.model).toBeUndefined()
    const pooled = ids.map((id) => {
      const own = images.flatMap(({ person, i }, row) =>
        10 * person + Math.floor(i / 2) === id
          ? [features[row]?.map((value) => value * Number(`0.9${i}`)) ?? []]
          : [],
      )
      // both images are of other media: their weighted features are added
      return [0, 1, 2].map((k) => own.reduce((sum, row) => sum + (row[k] ?? 0), 0))
    })
    await writeFile(file, encodeNpy({ shape: [12, 3], data: Float32Array.from(pooled.flat()) }))
    const ready = await evaluateIjbFeatures({ kind: 'templates', file }, folder, { replicates: 20 })
    expect(ready.verification.tarAtFar.map(({ tar }) => tar)).toEqual(
      verification.tarAtFar.map(({ tar }) => tar),
    )
    expect(ready.verification.auc).toBe(1)
    expect(ready.evaluation.report.record.convention).toBe('templates as given, normalised')
    const flags = { flip: true, keepNorms: true, detectorScores: true }
    for (const [rows, size, request, complaint] of [
      [11, 3, { kind: 'templates' }, '11 rows'],
      [11, 3, { kind: 'images' }, '24 images'],
      [24, 3, { kind: 'images', sideBySide: true }, 'no two features'],
      [24, 3, { kind: 'images', flags }, 'the flag F'],
    ] as const) {
      await writeFile(file, encodeNpy({ shape: [rows, size], data: new Float32Array(rows * size).fill(1) }))
      await expect(evaluateIjbFeatures({ ...request, file }, folder), complaint).rejects.toThrow(complaint)
    }
  })

  it('say what is missing', async () => {
    await expect(evaluateIjb(model, join(folder, 'nowhere'))).rejects.toThrow(DataError)
    await write('x_name_5pts_score.txt', [`9_9.png ${points} 1`])
    await expect(evaluateIjb(model, folder)).rejects.toThrow('lists 24 images')
    await write('x_face_tid_mid.txt', ['9_9.png 1 1'])
    await expect(evaluateIjb(model, folder)).rejects.toThrow(
      'x_1N_gallery_G2.csv names 1 template without an image: 20',
    )
  })
})

describe('lists of pairs', () => {
  it.each([
    ['pairs.txt', '1\nA\t1\t2\nA\t1\tB\t2\n', 'pairs'],
    ['plain.txt', 'a/1.jpg a/2.jpg 1\na/1.jpg b/2.jpg 0\n', 'pairs'],
    [
      'splits.txt',
      'split number, pair number, first name, second name, is same name\n1, 1, A/1, A/2, 1\n',
      'ytf',
    ],
    ['pairs_CALFW.txt', 'A_0001.jpg 1\nA_0002.jpg 1\nB_0001.jpg 0\nC_0001.jpg 0\n', 'calfw'],
    ['pairs_CPLFW.txt', 'A_1.jpg 1\nA_2.jpg 1\nB_1.jpg 0\nC_1.jpg 0\n', 'cplfw'],
  ])('%s is recognised and read', async (name, text, protocol) => {
    const path = join(folder, name)
    await writeFile(path, text)
    expect(await guessPairProtocol(path)).toBe(protocol)
    const list = await readPairList(path)
    expect(list.pairs.length).toBeGreaterThan(0)
    expect(list.file).toBe(path)
  })

  it('a MATLAB file is AgeDB-30', async () => {
    const path = fileURLToPath(new URL('../../../test/golden/agedb.mat', import.meta.url))
    expect((await readPairList(path)).format).toBe('agedb')
  })

  it('a folder must say which', async () => {
    await mkdir(join(folder, 'cfp', 'Protocol'), { recursive: true })
    await writeFile(
      join(folder, 'cfp', 'Protocol', 'Pair_list_F.txt'),
      '1 ../Data/Images/001/frontal/01.jpg\n',
    )
    await expect(guessPairProtocol(join(folder, 'cfp'))).rejects.toThrow('say cfp-ff or cfp-fp')
    await expect(readPairList(join(folder, 'cfp'), 'cfp-ff')).rejects.toThrow(DataError)
    await expect(guessPairProtocol(join(folder, 'meta'))).rejects.toThrow(UsageError)
    await expect(guessPairProtocol(join(folder, 'none'))).rejects.toThrow('no file or folder')
  })
})
