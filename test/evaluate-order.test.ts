/** @file `cosface evaluate` on embeddings that lie in another order than the benchmark's list: their names put them right. */
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import type { ProtocolRecord } from '../src/evaluate/protocol/record.ts'
import { decodeNpy, encodeNpy } from '../src/tensor/npy.ts'
import { cli } from './cli-in-process.ts'
import { evaluateFixture, personName } from './evaluate-fixture.ts'

const { at, file } = evaluateFixture()

interface Shown {
  readonly auc: number
  readonly eer: number
  readonly tarAtFar: readonly object[]
  readonly record: ProtocolRecord
}

const evaluated = async (...args: readonly string[]): Promise<Shown> => {
  const common = ['--pairs', at('IJBC'), '--replicates', '0', '--json']
  const { code, out, err } = await cli('evaluate', ...args, ...common)
  expect(code, err).toBe(0)
  return JSON.parse(out)
}

const count = 48
const listed = Array.from({ length: count }, (_, i) => `${i + 1}.png`)

beforeAll(async () => {
  const lines = (of: (place: number) => string): string => `${listed.map((_, i) => of(i)).join('\n')}\n`
  const points = '38.29 51.69 73.53 51.50 56.02 71.73 41.54 92.36 70.72 92.20'
  // two images of a person are a template, two templates a person
  file(
    'IJBC/meta/ijbc_face_tid_mid.txt',
    lines((i) => `${listed[i]} ${Math.floor(i / 2)} ${i}`),
  )
  file(
    'IJBC/meta/ijbc_name_5pts_score.txt',
    lines((i) => `${listed[i]} ${points} 0.9`),
  )
  const templates = Array.from({ length: count / 2 }, (_, id) => id)
  const compared = templates.flatMap((a) =>
    templates.slice(a + 1).map((b) => `${a} ${b} ${a >> 1 === b >> 1 ? 1 : 0}`),
  )
  file('IJBC/meta/ijbc_template_pair_label.txt', `${compared.join('\n')}\n`)
  listed.forEach((name, i) => {
    const person = personName(Math.floor(i / 4))
    file(`IJBC/loose_crop/${name}`, readFileSync(at('faces', person, `${person}_000${1 + (i % 4)}.png`)))
  })
  const ended = await cli(
    ...['embed', at('IJBC', 'loose_crop'), '--model', at('model.onnx'), '--out', at('ijc.npy')],
  )
  expect(ended.code, ended.err).toBe(0)
})

describe('embeddings of IJB', () => {
  it('as `cosface embed` writes them give what they give in the order of the list', async () => {
    const { images, model } = JSON.parse(readFileSync(at('ijc.json'), 'utf8'))
    // 1.png, 10.png, 11.png …
    expect(images[1]).toMatch(/10\.png$/)
    const { shape, data } = decodeNpy(readFileSync(at('ijc.npy')), 'ijc.npy')
    const [, size = 0] = shape
    const places = new Map<string, number>(
      images.map((name: string, row: number) => [name.slice(name.lastIndexOf('/') + 1), row]),
    )
    const ordered = new Float32Array(data.length)
    listed.forEach((name, i) => {
      const row = places.get(name) ?? NaN
      ordered.set(data.subarray(row * size, (row + 1) * size), i * size)
    })
    file('ordered.npy', encodeNpy({ shape: [...shape], data: ordered }))
    copyFileSync(at('ijc.npy'), at('bare.npy'))
    const [byName, byPlace, wrong] = [
      await evaluated('--embeddings', at('ijc.npy')),
      await evaluated('--embeddings', at('ordered.npy')),
      await evaluated('--embeddings', at('bare.npy')),
    ]
    const { auc, eer, tarAtFar } = byPlace
    expect(byName).toMatchObject({ auc, eer, tarAtFar })
    expect(auc).toBeGreaterThan(0.95)
    expect(wrong.auc).toBeLessThan(0.8)
    expect(byName.record).toMatchObject({ rows: 'by their names in ijc.json', model })
    expect(byPlace.record.rows).toBe('by their place in the list')
    const said = await cli('evaluate', '--embeddings', at('ijc.npy'), '--pairs', at('IJBC'))
    expect(said.out).toMatch(/^rows +by their names in ijc\.json$/m)
  })

  it('of templates go by the numbers of these', async () => {
    const ids = Array.from({ length: count / 2 }, (_, id) => id)
    const row = (id: number): number[] =>
      Array.from({ length: 12 }, (_, k) => (k === id >> 1 ? 1 : 0.1 * (id % 2)))
    writeFileSync(
      at('pooled.npy'),
      encodeNpy({ shape: [24, 12], data: Float32Array.from(ids.toReversed().flatMap(row)) }),
    )
    const names = file('pooled.txt', ids.toReversed().join('\n'))
    const { auc, record } = await evaluated(
      ...['--embeddings', at('pooled.npy'), '--names', names, '--rows', 'template'],
    )
    expect(auc).toBe(1)
    expect(record.rows).toBe('by their names in pooled.txt')
  })

  it('lacking listed images are refused by count and name', async () => {
    const { images } = JSON.parse(readFileSync(at('ijc.json'), 'utf8'))
    const names = file(
      'others.txt',
      images.map((name: string) => name.replace(/(\d)\.png$/, '$1$1.png')).join('\n'),
    )
    const ended = await cli(
      ...['evaluate', '--embeddings', at('ijc.npy'), '--names', names, '--pairs', at('IJBC'), '--json'],
    )
    expect(ended).toMatchObject({ code: 1, out: '' })
    expect(ended.err).toMatch(
      /ijbc_face_tid_mid\.txt names 44 images that .*others\.txt has no row of: 1\.png, 2\.png, 3\.png, 4\.png, 5\.png, …/,
    )
    const skipped = await cli(
      ...['evaluate', '--embeddings', at('ijc.npy'), '--names', names, '--pairs', at('IJBC')],
      '--skip-missing',
    )
    expect(skipped).toMatchObject({ code: 1, out: '' })
    expect(skipped.err).toMatch(/ijbc_template_pair_label\.txt names \d+ templates without an image: /)
  })
})
