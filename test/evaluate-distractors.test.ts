/** @file `cosface evaluate --protocol megaface` with features made before, against what their model gives over images. */
import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { encodeOpenCvFeature } from '../src/data/records/opencv-mat.ts'
import type { ProtocolRecord } from '../src/evaluate/protocol/record.ts'
import { decodeNpy, encodeNpy } from '../src/tensor/npy.ts'
import { cli } from './cli-in-process.ts'
import { evaluateFixture } from './evaluate-fixture.ts'

const { at, file } = evaluateFixture()

interface Ranks {
  readonly searches: number
  readonly identification: readonly { readonly cmc: readonly { readonly value: number }[] }[]
  readonly tarAtFar: readonly { readonly tar?: number }[]
  readonly record: ProtocolRecord
}

const ranks = async (...args: readonly string[]): Promise<Ranks> => {
  const few = ['--sizes', '10,50', '--replicates', '20', '--threads', '1', '--json']
  const { code, out, err } = await cli('evaluate', ...args, ...few)
  expect(code, err).toBe(0)
  return JSON.parse(out) as Ranks
}

// the first people search, the others are the distractors
const isProbe = (image: string): boolean => image < 'P08'

beforeAll(async () => {
  const embedded = await cli('embed', at('faces'), '--model', at('model.onnx'), '--out', at('faces.npy'))
  expect(embedded.code, embedded.err).toBe(0)
  const { shape, data } = decodeNpy(readFileSync(at('faces.npy')), 'faces.npy')
  const [, size = 0] = shape
  const { images } = JSON.parse(readFileSync(at('faces.json'), 'utf8')) as { images: readonly string[] }
  const rows = images.map((image, row) => ({
    path: image.slice(image.lastIndexOf('/faces/') + 7),
    feature: data.slice(row * size, (row + 1) * size),
  }))
  for (const [set, own] of [
    ['scrub', rows.filter(({ path }) => isProbe(path))],
    ['mega', rows.filter(({ path }) => !isProbe(path))],
  ] as const) {
    const all = new Float32Array(own.length * size)
    own.forEach(({ feature }, i) => all.set(feature, i * size))
    file(`${set}.npy`, encodeNpy({ shape: [own.length, size], data: all }))
    const paths = own.map(({ path }) => path)
    file(`${set}.json`, JSON.stringify({ images: paths }))
    const ids = set === 'scrub' ? { id: paths.map((path) => path.slice(0, 3)) } : {}
    file(`${set}-list.json`, JSON.stringify({ path: paths, ...ids }))
    for (const { path, feature } of own) {
      file(`${set}-mats/${path}_m.bin`, encodeOpenCvFeature(feature))
      file(`${set}-images/${path}`, readFileSync(at('faces', path)))
    }
  }
})

describe('features among distractors', () => {
  it('from arrays and from OpenCV matrices give what their model gives over images', async () => {
    const lists = ['--probe-list', at('scrub-list.json'), '--distractor-list', at('mega-list.json')]
    const own = await ranks(
      ...['--model', at('model.onnx'), '--images', at('scrub-images'), '--distractors', at('mega-images')],
    )
    expect(own).toMatchObject({ searches: 8 * 4 * 3 })
    const given = [
      ['--embeddings', at('scrub.npy'), '--distractors', at('mega.npy')],
      ['--embeddings', at('scrub.npy'), '--distractors', at('mega.npy'), ...lists],
      ['--embeddings', at('scrub-mats'), '--distractors', at('mega-mats'), ...lists],
      ['--embeddings', at('scrub-mats'), '--distractors', at('mega-mats'), ...lists, '--suffix', '_m.bin'],
    ]
    for (const source of given) {
      const found = await ranks(...source)
      expect(found.record.protocol).toBe('megaface')
      expect(found.record.convention).toContain('features as given')
      expect(found.identification.map(({ cmc }) => cmc.map(({ value }) => value))).toEqual(
        own.identification.map(({ cmc }) => cmc.map(({ value }) => value)),
      )
      expect(found.tarAtFar.map(({ tar }) => tar)).toEqual(own.tarAtFar.map(({ tar }) => tar))
    }
  })

  it.each<[string, () => readonly string[], number, RegExp]>([
    [
      'arrays that name nobody',
      () => {
        file('bare/probes.npy', readFileSync(at('scrub.npy')))
        return ['--embeddings', at('bare', 'probes.npy'), '--distractors', at('mega.npy')]
      },
      1,
      /probes\.npy does not say who each row is/,
    ],
    [
      'matrices without lists',
      () => ['--embeddings', at('scrub-mats'), '--distractors', at('mega-mats')],
      1,
      /need a list of the probes/,
    ],
    [
      'another suffix',
      () => [
        ...['--embeddings', at('scrub-mats'), '--distractors', at('mega-mats'), '--suffix', '_x.bin'],
        ...['--probe-list', at('scrub-list.json'), '--distractor-list', at('mega-list.json')],
      ],
      1,
      /No such file: .*_x\.bin/,
    ],
  ])('refuse %s', async (_, args, code, sentence) => {
    const ended = await cli('evaluate', ...args(), '--json')
    expect(ended).toMatchObject({ code, out: '', err: expect.stringMatching(sentence) })
  })
})
