/** @file `cosface evaluate` by every protocol, on people and models small enough to check every figure. */
import { mkdirSync, readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import type { ProtocolRecord } from '../src/evaluate/protocol/record.ts'
import { decodeNpy, encodeNpy } from '../src/tensor/npy.ts'
import { encodeSafetensors } from '../src/tensor/safetensors.ts'
import { cli } from './cli-in-process.ts'
import { evaluateFixture, personName } from './evaluate-fixture.ts'

const { at, file, pairs } = evaluateFixture()

/** What a result shows of itself, as far as these tests look. */
interface Shown {
  readonly schema: string
  readonly accuracy: number
  readonly auc: number
  readonly eer: number
  readonly standardError: number
  readonly populationStd: number
  readonly tarAtFar: readonly object[]
  readonly threshold: number
  readonly protocol: string
  readonly pairs: { readonly total: number; readonly skipped?: number }
  readonly record: ProtocolRecord
  readonly further?: readonly Readonly<Record<string, unknown>>[]
  readonly warnings: readonly string[]
}

const evaluated = async (...args: readonly string[]): Promise<Shown> => {
  const { code, out, err } = await cli('evaluate', ...args, '--json')
  expect(code, err).toBe(0)
  return JSON.parse(out) as Shown
}

const model = (): string[] => ['--model', at('model.onnx'), '--threads', '1', '--replicates', '50']
const images = (): string[] => ['--images', at('faces')]
const bin = (): string => at('lfw.bin')
/** The rows of `faces.npy`. */
let names: readonly string[] = []

beforeAll(async () => {
  const packed = await cli('pack', 'bin', at('faces'), '--pairs', pairs(), '--out', bin())
  expect(packed.code, packed.err).toBe(0)
  const embedded = await cli('embed', at('faces'), '--model', at('model.onnx'), '--out', at('faces.npy'))
  expect(embedded.code, embedded.err).toBe(0)
  names = (JSON.parse(readFileSync(at('faces.json'), 'utf8')) as { images: string[] }).images
})

describe('pairs', () => {
  it('of a pack need no images and give what their list gives', async () => {
    const listed = await evaluated(...model(), ...images(), '--pairs', at('pairs.txt'))
    const packed = await evaluated(...model(), '--pairs', bin())
    expect(listed).toMatchObject({ schema: 'cosface-evaluation/1', pairs: { total: 40, skipped: 0 } })
    expect(packed).toMatchObject({ accuracy: listed.accuracy, auc: listed.auc, threshold: listed.threshold })
    expect(listed.accuracy).toBeGreaterThan(0.8)
    expect(listed.warnings).toEqual([])
  })

  it('are judged by a protocol that is told by the files, and said', async () => {
    const said = await cli('evaluate', ...model(), '--pairs', bin())
    expect(said.out).toContain(`protocol: lfw (guessed: ${bin()} is a pickled pack of images of that name)`)
    const asked = await cli('evaluate', ...model(), '--pairs', bin(), '--protocol', 'calfw')
    expect(asked.out).not.toContain('guessed')
    expect(asked.out).toContain('calfw (Cross-Age LFW)')
  })

  it('name convention, flip, tie rule, both deviations, seed, model and aligner', async () => {
    const args = [...model(), '--pairs', bin(), '--seed', '7']
    const [cosface, centred, insightface] = await Promise.all(
      ['cosface', 'centred', 'insightface'].map((name) => evaluated(...args, '--convention', name)),
    )
    expect(cosface?.record).toMatchObject({
      protocol: 'lfw',
      convention:
        'cosface: flip concat, not centred, cosine, same person iff cosine ≥ threshold, the highest of the best thresholds',
      aligner: 'as given',
      seed: 7,
      model: expect.stringMatching(/^[0-9a-f]{32}$/),
      files: ['lfw.bin'],
    })
    expect(centred?.record.convention).toContain("centred by the other folds' mean template")
    expect(centred?.protocol).toContain('raw features less the mean of those on the other folds')
    expect(insightface?.record.convention).toContain('flip sum, not centred, squared distance')
    expect(insightface?.record.convention).toContain('iff distance < threshold, the first of the best')
    expect(insightface).toMatchObject({ schema: 'cosface-insightface/1', val: expect.any(Number) })
    for (const result of [cosface, centred, insightface])
      expect(result?.populationStd).toBeCloseTo(3 * (result?.standardError ?? 0), 12)
    // AUC, EER and TAR come with insightface's figures as well
    expect(insightface?.further?.[0]).toMatchObject({
      schema: 'cosface-evaluation/1',
      auc: expect.any(Number),
      eer: expect.any(Number),
      tarAtFar: expect.any(Array),
    })
    const said = await cli('evaluate', ...args, '--convention', 'insightface')
    expect(said.out).toContain('standard error S_E')
    expect(said.out).toContain('population std')
    const refused = await cli('evaluate', ...args, '--convention', 'insightface', '--flip', 'concat')
    expect(refused).toMatchObject({ code: 2, err: expect.stringContaining('--flip sum or --flip none') })
  })

  it('are too few for a figure, and that is said instead of one', async () => {
    const { tarAtFar } = await evaluated(...model(), '--pairs', bin())
    expect(tarAtFar.at(-1)).toMatchObject({ far: 1e-4, insufficient: expect.stringContaining('100,000') })
    expect(tarAtFar.at(-1)).not.toHaveProperty('tar')
  })

  it('have errors in NIST’s terms and results by group', async () => {
    const table = `image,camera\n${names
      .map((name, i) => `${name.slice(at('faces').length + 1)},${i % 4 < 3 ? 'old' : 'new'}`)
      .join('\n')}\n`
    const groups = file('groups.csv', table)
    const drawn = [...model(), ...images(), '--random-pairs', '120']
    const result = await evaluated(...drawn, '--nist', '--groups', groups, '--group-by', 'camera')
    expect(result.further?.map(({ schema }) => schema)).toEqual(['cosface-nist-1to1/1', 'cosface-groups/1'])
    expect(result.further?.[0]).toMatchObject({ det: expect.any(Array), fnmrAtFmr: expect.any(Array) })
    expect(result.further?.[1]).toMatchObject({
      column: 'camera',
      groups: [
        { group: 'new', insufficient: expect.stringMatching(/it takes 50 .* for a figure/) },
        { group: 'old' },
      ],
    })
    // as `cosface embed` names images: with folders before the names of the pairs
    const embedded = file('embedded.csv', table.replace(/\nP00.*/g, '').replaceAll('\nP', '\nfaces/P'))
    const more = await evaluated(...drawn, '--groups', embedded, '--group-by', 'camera')
    expect(more.further?.[0]).toMatchObject({ absent: 4, groups: [{ group: 'new' }, { group: 'old' }] })
    const others = file('others.csv', 'image,camera\nlfw/A/A_0001.jpg,old\n')
    const none = await cli('evaluate', ...drawn, '--groups', others, '--group-by', 'camera')
    expect(none).toMatchObject({
      code: 1,
      err: expect.stringMatching(/None of the \d+ images of the pairs is in/),
    })
    const wrong = await cli('evaluate', ...drawn, '--groups', groups, '--group-by', 'age')
    expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining('no column age; its columns are') })
  })
})

describe('embeddings made before', () => {
  it('give what their model gives, in every format', async () => {
    const { accuracy, auc, record } = await evaluated(...model(), ...images(), '--pairs', at('pairs.txt'))
    const rows = decodeNpy(readFileSync(at('faces.npy')), 'faces.npy')
    const short = names.map((name) => name.slice(at('faces').length + 1))
    file('bare.npy', encodeNpy(rows))
    file('bare.txt', `${short.join('\n')}\n`)
    file(
      'e.safetensors',
      encodeSafetensors(new Map([['embeddings', rows]]), { images: JSON.stringify(short), flip: 'concat' }),
    )
    await cli('embed', at('faces'), '--model', at('model.onnx'), '--out', at('e.jsonl'))
    const common = ['--pairs', at('pairs.txt'), '--replicates', '50']
    for (const args of [
      [at('faces.npy')],
      [at('bare.npy'), '--names', at('bare.txt')],
      [at('e.safetensors')],
      [at('e.jsonl')],
    ]) {
      const result = await evaluated('--embeddings', ...args, ...common)
      expect(result).toMatchObject({ accuracy, auc })
      expect(result.protocol).toContain('as given, normalised')
    }
    const known = await evaluated('--embeddings', at('faces.npy'), ...common)
    expect(known.record.model).toBe(record.model)
    expect(known.record.convention).toContain('flip concat')
  })

  it('of a pack go by their place', async () => {
    const rows = decodeNpy(readFileSync(at('faces.npy')), 'faces.npy')
    const [, size = 0] = rows.shape
    const order = readFileSync(at('pairs.txt'), 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .flatMap((line) => {
        const [a = '', i = '', b = '', j = ''] = line.split('\t')
        return j === '' ? [`${a}_000${i}`, `${a}_000${b}`] : [`${a}_000${i}`, `${b}_000${j}`]
      })
    const data = new Float32Array(order.length * size)
    order.forEach((name, i) => {
      const row = names.findIndex((path) => path.includes(name))
      data.set(rows.data.subarray(row * size, (row + 1) * size), i * size)
    })
    file('packed.npy', encodeNpy({ shape: [order.length, size], data }))
    const result = await evaluated('--embeddings', at('packed.npy'), '--pairs', bin(), '--replicates', '0')
    const { accuracy, auc } = await evaluated(...model(), '--pairs', bin())
    expect(result).toMatchObject({ accuracy, auc })
  })

  it.each<[string, () => Float32Array, number, RegExp]>([
    [
      'NaN',
      () => new Float32Array(96 * 48).fill(NaN),
      1,
      /The embedding of .*P00_0001\.png has the length NaN/,
    ],
    ['zeros', () => new Float32Array(96 * 48), 1, /has the length 0; it has no direction/],
    ['other rows', () => new Float32Array(95 * 48).fill(1), 1, /names 96 images, .* holds 95 embeddings/],
  ])('with %s are refused', async (title, data, code, sentence) => {
    const values = data()
    const name = `bad-${title.replace(' ', '-')}.npy`
    file(name, encodeNpy({ shape: [values.length / 48, 48], data: values }))
    const ended = await cli(
      ...[
        'evaluate',
        '--embeddings',
        at(name),
        '--names',
        at('faces.json'),
        '--pairs',
        at('pairs.txt'),
        '--json',
      ],
    )
    expect(ended).toMatchObject({ code, out: '', err: expect.stringMatching(sentence) })
  })
})

describe('searching', () => {
  it('identifies people in two galleries, strangers among them', async () => {
    for (const who of [
      [...model(), ...images()],
      ['--embeddings', at('faces.npy')],
    ]) {
      const result = await evaluated(...who, '--protocol', 'identify')
      expect(result).toMatchObject({
        schema: 'cosface-identification/1',
        galleries: [
          { mated: 36, nonMated: 48 },
          { mated: 36, nonMated: 48 },
        ],
        mean: { closed: [{ rank: 1, interval: expect.any(Object) }, { rank: 5 }, { rank: 10 }] },
        record: { protocol: 'identify', seed: 1 },
      })
      expect(result.further?.map(({ schema }) => schema)).toEqual([
        'cosface-nist-1ton/1',
        'cosface-nist-1ton/1',
      ])
    }
    const gallery = await evaluated(...model(), ...images(), '--gallery', at('faces'))
    expect(gallery).toMatchObject({ mean: { closed: [{ rank: 1, value: 1 }, {}, {}] } })
    expect(gallery.warnings.join()).toContain('nothing is said about strangers')
  })

  it('retrieves', async () => {
    const byModel = await evaluated(...model(), ...images(), '--protocol', 'retrieval')
    const byRows = await evaluated(
      '--embeddings',
      at('faces.npy'),
      '--protocol',
      'retrieval',
      '--replicates',
      '50',
    )
    expect(byModel).toMatchObject({
      schema: 'cosface-retrieval/1',
      precisionAt1: { interval: expect.any(Object) },
      rPrecision: { value: expect.any(Number) },
      mapAtR: { value: expect.any(Number) },
      queries: 96,
      people: 24,
    })
    expect(byRows).toMatchObject({ queries: 96, people: 24 })
  })

  it('finds mates among distractors', async () => {
    mkdirSync(at('others'), { recursive: true })
    const args = [...model(), ...images(), '--distractors', at('faces'), '--sizes', '10,50']
    const result = await evaluated(...args)
    expect(result).toMatchObject({
      schema: 'cosface-megaface/1',
      identification: [{ distractors: 10 }, { distractors: 50 }, { distractors: 96 }],
      record: { protocol: 'megaface' },
    })
  })
})

describe('videos and templates', () => {
  it('of frames in folders are judged by their splits', async () => {
    const rows = Array.from({ length: 10 }, (_, fold) => {
      const [a, b] = [personName(2 * fold), personName(2 * fold + 1)]
      return [[`${fold + 1}, 1, ${a}/0, ${a}/1, 1`], [`${fold + 1}, 2, ${a}/0, ${b}/1, 0`]].join('\n')
    })
    for (let person = 0; person < 20; person++)
      for (const [video, frames] of [
        [0, [1, 2]],
        [1, [3, 4]],
      ] as const)
        for (const frame of frames) {
          const name = `${personName(person)}_000${frame}.png`
          file(
            `videos/${personName(person)}/${video}/${name}`,
            readFileSync(at('faces', personName(person), name)),
          )
        }
    const splits = file('splits.txt', `split, pair, first, second, is same name\n${rows.join('\n')}\n`)
    const args = [...model(), '--pairs', splits, '--images', at('videos')]
    const result = await evaluated(...args, '--pooling', 'closest')
    expect(result).toMatchObject({ pairs: { total: 20 }, record: { protocol: 'ytf' } })
    const said = await cli('evaluate', ...args, '--json')
    expect(said.err).toContain('protocol: ytf (guessed:')
    const embedded = await cli('embed', at('videos'), '--model', at('model.onnx'), '--out', at('frames.npy'))
    expect(embedded.code, embedded.err).toBe(0)
    const given = await evaluated('--embeddings', at('frames.npy'), '--pairs', splits, '--pooling', 'closest')
    expect(given).toMatchObject({ accuracy: result.accuracy, record: { protocol: 'ytf' } })
  })

  it('of an IJB folder are pooled by flags', async () => {
    const points = '38.29 51.69 73.53 51.50 56.02 71.73 41.54 92.36 70.72 92.20'
    const listed = Array.from({ length: 12 }, (_, person) => [1, 2, 3, 4].map((i) => ({ person, i }))).flat()
    const name = ({ person, i }: { person: number; i: number }): string =>
      `${personName(person)}/${personName(person)}_000${i}.png`
    const lines = (of: (one: { person: number; i: number }, at: number) => string): string =>
      `${listed.map(of).join('\n')}\n`
    file(
      'IJBC/meta/ijbc_face_tid_mid.txt',
      lines((one) => `${name(one)} ${2 * one.person + (one.i > 2 ? 1 : 0)} ${one.i}`),
    )
    file(
      'IJBC/meta/ijbc_name_5pts_score.txt',
      lines((one) => `${name(one)} ${points} 0.9`),
    )
    const templates = Array.from({ length: 24 }, (_, id) => id)
    const compared = templates.flatMap((a) =>
      templates.slice(a + 1).map((b) => `${a} ${b} ${a >> 1 === b >> 1 ? 1 : 0}`),
    )
    file('IJBC/meta/ijbc_template_pair_label.txt', `${compared.join('\n')}\n`)
    const args = [...model(), '--pairs', at('IJBC'), '--images', at('faces')]
    const result = await evaluated(...args, '--templates', 'N0D1F1')
    expect(result).toMatchObject({
      schema: 'cosface-templates/1',
      templates: 24,
      pairs: { total: 276, same: 12 },
      record: { protocol: 'ijbc' },
    })
    expect(result.record.convention).toContain('N0D1F1')
    const said = await cli('evaluate', ...args)
    expect(said.out).toContain('protocol: ijbc (guessed:')
    // a row for each image of the list, made before
    const rows = decodeNpy(readFileSync(at('faces.npy')), 'faces.npy')
    const [, size = 0] = rows.shape
    file('ijb.npy', encodeNpy({ shape: [48, size], data: rows.data.slice(0, 48 * size) }))
    const before = await evaluated('--embeddings', at('ijb.npy'), '--pairs', at('IJBC'))
    expect(before).toMatchObject({ schema: 'cosface-templates/1', templates: 24 })
  })
})

describe('several models', () => {
  it('are compared on the same pairs, in every kind of report', async () => {
    const args = [...model(), ...images(), '--pairs', at('pairs.txt'), '--against', at('other.onnx')]
    for (const [name, content] of [
      ['compared.html', '<svg'],
      ['compared.md', '## Do they differ?'],
      ['compared.json', 'cosface-report/1'],
    ] as const) {
      const ended = await cli('evaluate', ...args, '--report', at(name), '--json')
      expect(ended.code, ended.err).toBe(0)
      expect(readFileSync(at(name), 'utf8')).toContain(content)
      expect(JSON.parse(ended.out)).toMatchObject({
        schema: 'cosface-comparison/1',
        models: [{ name: 'model' }, { name: 'other' }],
        differences: [{ figure: { id: 'accuracy' }, sentence: expect.any(String) }],
      })
    }
  })

  it.each([
    ['page.html', '<svg'],
    ['page.md', 'population std'],
  ])('or one alone: %s', async (name, content) => {
    const ended = await cli(
      'evaluate',
      ...model(),
      ...images(),
      '--pairs',
      at('pairs.txt'),
      '--report',
      at(name),
    )
    expect(ended.code, ended.err).toBe(0)
    expect(readFileSync(at(name), 'utf8')).toContain(content)
  })
})
