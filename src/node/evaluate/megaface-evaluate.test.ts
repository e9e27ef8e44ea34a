/** @file Probes and distractors from files of every kind, against the figures that NumPy's plain loops gave for them. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DataError, FormatError } from '../../base/errors.ts'
import { encodeOpenCvFeature } from '../../data/records/opencv-mat.ts'
import { benchmarkFacts } from '../../evaluate/protocols/registry.ts'
import { type MegafaceResult, plainProduct } from '../../evaluate/protocol/megaface.ts'
import type { ProtocolEvaluation } from '../../evaluate/protocol/report.ts'
import type { Driver } from '../../runtime/driver.ts'
import { encodeNpy } from '../../tensor/npy.ts'
import { colourModel, writeColour } from '../../../test/colour-model.ts'
import { evaluateMegaface, type EvaluateMegafaceOptions } from './megaface-evaluate.ts'
import type { MegafaceSource } from './megaface-sources.ts'
import { matSource, readNoise } from './megaface-files.ts'

const size = 16
const golden = JSON.parse(
  await readFile(new URL('../../../test/golden/protocols.json', import.meta.url), 'utf8'),
) as {
  readonly megaface: {
    readonly probes: readonly number[]
    readonly who: readonly number[]
    readonly distractors: readonly number[]
    readonly sizes: readonly number[]
    readonly cmc: readonly (readonly number[])[]
    readonly tar: readonly number[]
  }
}
const given = golden.megaface
const probePaths = given.who.map((who, i) => `person ${who}/face_${i}.png`)
const distractorPaths = Array.from({ length: 1200 }, (_, i) => `${i % 7}/5@N03/x_${i}.jpg`)
let folder = ''
const at = (...parts: string[]): string => join(folder, ...parts)

/** Products of features of so many numbers by plain loops, so that no runtime is needed. */
const loops = (numbers: number): Driver => ({
  name: 'portable',
  runtime: 'loops',
  inPlace: false,
  load: async () => ({
    run: async ([probes, block]) => {
      if (!(probes instanceof Float32Array && block instanceof Float32Array)) throw new Error('no features')
      const product = plainProduct({ data: probes, size: numbers, identities: new Int32Array(0) })
      return [await product(block, block.length / numbers)]
    },
    [Symbol.asyncDispose]: async () => {},
  }),
  [Symbol.asyncDispose]: async () => {},
})

const options: EvaluateMegafaceOptions = {
  name: 'signs',
  driver: loops(size),
  sizes: [10, 100, 1000],
  ranks: [1, 5, 10],
  fars: [1e-3, 1e-2, 1e-1],
  replicates: 20,
  block: 113,
}

const resultOf = ({ report }: ProtocolEvaluation): MegafaceResult => {
  const [result] = report.results
  if (result?.schema !== 'cosface-megaface/1') throw new Error('another result')
  return result
}

const write = async (path: string, content: string | Uint8Array): Promise<void> => {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, content)
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'distractors-'))
  const features = (numbers: readonly number[]) => ({
    shape: [numbers.length / size, size],
    data: Float32Array.from(numbers),
  })
  for (const name of ['probes.npy', 'bare/p.npy']) await write(at(name), encodeNpy(features(given.probes)))
  for (const name of ['distractors.npy', 'bare/d.npy'])
    await write(at(name), encodeNpy(features(given.distractors)))
  const turned = (numbers: readonly number[]): readonly number[] =>
    numbers.map((_, i) => numbers[numbers.length - size * (1 + Math.floor(i / size)) + (i % size)] ?? NaN)
  await write(at('turned/p.npy'), encodeNpy(features(turned(given.probes))))
  await write(at('turned/p.txt'), probePaths.toReversed().join('\n'))
  await write(at('turned/d.npy'), encodeNpy(features(turned(given.distractors))))
  const images = distractorPaths.toReversed().map((path) => `crops/mega/${path}`)
  await write(at('turned/d.json'), JSON.stringify({ images }))
  await write(
    at('probes.json'),
    JSON.stringify({ path: probePaths, id: given.who.map((who) => `person ${who}`) }),
  )
  await write(at('distractors.json'), JSON.stringify({ path: distractorPaths }))
  for (const [root, paths, numbers] of [
    ['scrub', probePaths, given.probes],
    ['mega', distractorPaths, given.distractors],
  ] as const) {
    const files = paths.map((path) => at(root, `${path}_signs.bin`))
    await Promise.all([...new Set(files.map(dirname))].map((place) => mkdir(place, { recursive: true })))
    await Promise.all(
      files.map((file, i) =>
        writeFile(
          file,
          encodeOpenCvFeature(
            Float32Array.from(numbers.slice(i * size, (i + 1) * size), (value) => 3 * value),
          ),
        ),
      ),
    )
  }
})

afterAll(() => rm(folder, { recursive: true, force: true }))

const sources: readonly (readonly [string, { readonly rows?: string }, () => MegafaceSource])[] = [
  ['OpenCV matrices', {}, () => ({ kind: 'mats', probes: at('scrub'), distractors: at('mega') })],
  [
    'arrays by the names beside them',
    { rows: 'probes by their names in probes.json, distractors by their names in distractors.json' },
    () => ({ kind: 'arrays', probes: at('probes.npy'), distractors: at('distractors.npy') }),
  ],
  [
    'arrays without names',
    { rows: 'probes by their place in the list, distractors by their place in the list' },
    () => ({ kind: 'arrays', probes: at('bare', 'p.npy'), distractors: at('bare', 'd.npy') }),
  ],
  [
    'arrays in another order than the lists',
    { rows: 'probes by their names in p.txt, distractors by their names in d.json' },
    () => ({
      kind: 'arrays',
      probes: at('turned', 'p.npy'),
      names: at('turned', 'p.txt'),
      distractors: at('turned', 'd.npy'),
    }),
  ],
]

describe.each(sources)('%s', (_, rows, source) => {
  it('give the figures of the oracle, and the record of it', async () => {
    const lists = { probes: at('probes.json'), distractors: at('distractors.json') }
    const evaluation = await evaluateMegaface(source(), { ...options, lists })
    const result = resultOf(evaluation)
    expect(result.identification.map(({ distractors }) => distractors)).toEqual(given.sizes)
    result.identification.forEach(({ cmc }, i) =>
      cmc.forEach(({ value }, k) => expect(value).toBeCloseTo(given.cmc[i]?.[k] ?? NaN, 12)),
    )
    result.tarAtFar.forEach(({ tar }, k) => expect(tar).toBeCloseTo(given.tar[k] ?? NaN, 12))
    expect(evaluation.report.record).toEqual({
      ...benchmarkFacts('megaface'),
      convention: 'raw lists; features as given, normalised',
      aligner: 'as given',
      seed: 0,
      files: ['probes.json', 'distractors.json'],
      ...rows,
    })
    expect(evaluation.report.curves.distractors?.map(({ at: count }) => count)).toEqual(given.sizes)
    const [rank] = evaluation.outcomes
    const share = (rank?.hits.reduce((sum, hits) => sum + hits, 0) ?? 0) / result.searches
    expect(share).toBeCloseTo(given.cmc.at(-1)?.[0] ?? NaN, 12)
  })
})

describe('cleaned lists', () => {
  it('leave noisy distractors out and put noisy probes at their person', async () => {
    await write(at('noise.txt'), `# noisy\n12\t5@N03/x_5.jpg\nx_11\n${distractorPaths[20]}\n`)
    await write(at('probe-noise.txt'), 'face_2.png\n')
    const source: MegafaceSource = {
      kind: 'arrays',
      probes: at('probes.npy'),
      distractors: at('distractors.npy'),
    }
    const lists = { probes: at('probes.json'), distractors: at('distractors.json') }
    const evaluation = await evaluateMegaface(source, {
      ...options,
      lists: { ...lists, noisyProbes: at('probe-noise.txt'), noisyDistractors: at('noise.txt') },
    })
    const result = resultOf(evaluation)
    expect(result.cleaned).toEqual({ probes: 1, distractors: 3 })
    expect(result.distractors).toBe(1197)
    expect(result.protocol).toContain('refined lists')
    expect(evaluation.report.record.files).toContain('noise.txt')
    // by hand: the three columns away, probe 2 at the mean of its person's others
    const clean = given.distractors.filter((_, i) => ![5, 11, 20].includes(Math.floor(i / size)))
    await write(at('clean.npy'), encodeNpy({ shape: [1197, size], data: Float32Array.from(clean) }))
    const plain = resultOf(
      await evaluateMegaface(
        { ...source, distractors: at('clean.npy') },
        { ...options, lists: { probes: lists.probes, noisyProbes: at('probe-noise.txt') } },
      ),
    )
    expect(plain.identification).toEqual(result.identification)
    expect(plain.tarAtFar).toEqual(result.tarAtFar)
  })

  it('name images by path, by its end, or by the bare name', async () => {
    await write(at('names.txt'), 'a/b.jpg\nc\nd.png\n')
    const isNoisy = await readNoise(at('names.txt'))
    expect(['x/a/b.jpg', 'a/b.jpg', 'q/c.jpg', 'd.jpg'].every(isNoisy)).toBe(true)
    expect(['b.jpg', 'ab.jpg', 'q/cc.jpg'].some(isNoisy)).toBe(false)
    await write(at('empty.txt'), '# nothing\n')
    await expect(readNoise(at('empty.txt'))).rejects.toThrow('names no image')
  })
})

describe('a model over images', () => {
  it('takes two folders whole, probes by their folders', async () => {
    for (const i of [0, 1, 2]) {
      await writeColour(at('people', 'red', `${i}.png`), [250, 10 * i, 0])
      await writeColour(at('people', 'green', `${i}.png`), [10 * i, 250, 0])
      await writeColour(at('others', `${i}`, 'x.png'), [0, 0, 250 - 5 * i])
    }
    await writeColour(at('others', 'near.png'), [250, 10, 0])
    const source: MegafaceSource = {
      kind: 'images',
      model: colourModel,
      probes: at('people'),
      distractors: at('others'),
    }
    const evaluation = await evaluateMegaface(source, { ...options, driver: loops(3), block: 2, sizes: [3] })
    const result = resultOf(evaluation)
    expect(result).toMatchObject({ probes: 6, people: 2, searches: 12, distractors: 4, model: 'colours' })
    // the red distractor equals probe red/1 and beats the mates of red/0, red/1 and red/2; green keeps its six
    expect(result.identification.at(-1)?.cmc[0]?.value).toBeCloseTo(6 / 12, 12)
    expect(evaluation.report.record).toMatchObject({ model: 'colours', files: ['people', 'others'] })
  })
})

describe('what does not fit is refused', () => {
  const lists = () => ({ probes: at('probes.json'), distractors: at('distractors.json') })
  const run = (source: MegafaceSource, more: Partial<EvaluateMegafaceOptions> = {}) =>
    evaluateMegaface(source, { ...options, lists: lists(), ...more })

  it('lists and rows of other lengths, features of other sizes', async () => {
    const [probes, distractors] = [at('probes.npy'), at('distractors.npy')]
    await expect(run({ kind: 'arrays', probes: at('bare', 'd.npy'), distractors })).rejects.toThrow(
      `1,200 rows, ${at('probes.json')} names 13 images; rows without names go by their place`,
    )
    await expect(run({ kind: 'arrays', probes: distractors, distractors })).rejects.toThrow(
      `${at('probes.json')} names 13 images that ${at('distractors.json')} has no row of: ${probePaths.slice(0, 5).join(', ')}, …`,
    )
    await write(at('few.txt'), 'a.png\nb.png\n')
    await expect(run({ kind: 'arrays', probes, names: at('few.txt'), distractors })).rejects.toThrow(
      `${at('few.txt')} names 2 images, ${probes} holds 13 embeddings`,
    )
    await write(at('narrow.npy'), encodeNpy({ shape: [1200, 2], data: new Float32Array(2400).fill(1) }))
    await expect(run({ kind: 'arrays', probes, distractors: at('narrow.npy') })).rejects.toThrow(
      'Probes have 16 numbers, distractors 2',
    )
    const unnamed = at('narrow.npy')
    await expect(run({ kind: 'arrays', probes: unnamed, distractors }, { lists: {} })).rejects.toThrow(
      DataError,
    )
    await write(
      at('nan.npy'),
      encodeNpy({ shape: [1200, size], data: new Float32Array(1200 * size).fill(NaN) }),
    )
    await expect(run({ kind: 'arrays', probes, distractors: at('nan.npy') })).rejects.toThrow(FormatError)
    await write(at('cut.npy'), (await readFile(distractors)).subarray(0, 5000))
    await expect(run({ kind: 'arrays', probes, distractors: at('cut.npy') })).rejects.toThrow(
      'bytes of numbers',
    )
    await write(at('flat.npy'), encodeNpy({ shape: [4], data: new Float32Array(4) }))
    await expect(run({ kind: 'arrays', probes, distractors: at('flat.npy') })).rejects.toThrow('[N, D]')
    await expect(run({ kind: 'arrays', probes, distractors: folder })).rejects.toThrow('got a folder')
  })

  it('matrices that are missing, ambiguous or of another length', async () => {
    const faces = { paths: ['p/a.jpg', 'p/b.jpg'], people: ['p', 'p'] }
    await expect(matSource(at('nowhere'), faces)).rejects.toThrow('There is no folder')
    await write(at('few', 'p', 'a.jpg_one.bin'), encodeOpenCvFeature(Float32Array.of(1, 2)))
    const source = await matSource(at('few'), faces)
    await expect(source.read([0, 1])).rejects.toThrow('No such file')
    await write(at('few', 'p', 'b.jpg_one.bin'), encodeOpenCvFeature(Float32Array.of(1, 2, 3)))
    await expect(source.read([0, 1])).rejects.toThrow('has 3 numbers, the first feature has 2')
    await write(at('few', 'p', 'b.jpg_one.bin'), encodeOpenCvFeature(Float32Array.of(0, 0)))
    await expect(source.read([0, 1])).rejects.toThrow('has no direction')
    await write(at('few', 'p', 'a.jpg_two.bin'), encodeOpenCvFeature(Float32Array.of(1, 2)))
    await expect(matSource(at('few'), faces)).rejects.toThrow('say which suffix: _one.bin, _two.bin')
    await expect(matSource(at('few'), { paths: ['p/c.jpg'], people: [''] })).rejects.toThrow(
      'no feature file',
    )
  })
})
