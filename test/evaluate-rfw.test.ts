/** @file Racial Faces in the Wild in its published form, against figures that scripts/oracles/rfw.py computed by plain loops. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { parseRfwPairs } from '../src/data/lists/rfw.ts'
import type { PartsResult } from '../src/evaluate/protocol/parts.ts'
import { encodeNpy } from '../src/tensor/npy.ts'
import { cli } from './cli-in-process.ts'

interface Golden {
  readonly lists: Readonly<Record<string, string>>
  readonly names: readonly string[]
  readonly rows: readonly (readonly number[])[]
  readonly accuracies: Readonly<Record<string, number>>
  readonly mean: number
  readonly std: number
  readonly ratio: number
}

const golden = JSON.parse(readFileSync(join(import.meta.dirname, 'golden', 'rfw.json'), 'utf8')) as Golden
const root = mkdtempSync(join(tmpdir(), 'cosface-rfw-'))
const at = (...parts: readonly string[]): string => join(root, ...parts)
const write = (file: string, content: string | Uint8Array): void => {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, content)
}

beforeAll(() => {
  for (const [group, list] of Object.entries(golden.lists))
    write(at('rfw', 'txts', group, `${group}_pairs.txt`), list)
  const data = Float32Array.from(golden.rows.flat())
  write(at('rfw.npy'), encodeNpy({ shape: [golden.rows.length, golden.rows[0]?.length ?? 0], data }))
  write(at('names.txt'), `${golden.names.map((name) => `rfw/data/${name}.jpg`).join('\n')}\n`)
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

it('is recognised, judged group by group, and gives the figures of the oracle', async () => {
  const args = [
    '--embeddings',
    at('rfw.npy'),
    '--names',
    at('names.txt'),
    '--pairs',
    at('rfw'),
    '--replicates',
    '20',
  ]
  const { code, out, err } = await cli('evaluate', ...args, '--json')
  expect(code, err).toBe(0)
  const result = JSON.parse(out) as PartsResult & {
    guessed: string
    further: { part?: string; accuracy: number }[]
  }
  expect(result.guessed).toContain('holds RFW’s lists')
  expect(result.accuracy).toBeCloseTo(golden.mean, 12)
  expect(result.deviation).toBeCloseTo(golden.std, 12)
  expect(result.skewedErrorRatio).toBeCloseTo(golden.ratio, 9)
  for (const { part, accuracy } of result.parts)
    expect(accuracy).toBeCloseTo(golden.accuracies[part] ?? NaN, 12)
  expect(result.further.map(({ part }) => part)).toEqual(['African', 'Asian', 'Caucasian', 'Indian'])
  const shown = await cli('evaluate', ...args)
  expect(shown.out).toContain('accuracy of Indian')
  expect(shown.out).toContain('Racial Faces in the Wild: accuracy, mean of the parts')
})

it('refuses lists of another form, naming the line', () => {
  const [list = ''] = Object.values(golden.lists)
  expect(parseRfwPairs(list, 'a.txt', 'African').pairs).toHaveLength(60)
  expect(() => parseRfwPairs(list.replace(/\n$/, ''), 'a.txt', 'African')).not.toThrow()
  expect(() => parseRfwPairs(list.split('\n').slice(1).join('\n'), 'a.txt', 'African')).toThrow(
    'got 59 pairs',
  )
  const wrong = list.split('\n')
  wrong[3] = wrong[0] ?? ''
  expect(() => parseRfwPairs(wrong.join('\n'), 'a.txt', 'African')).toThrow('line 4')
  expect(() => parseRfwPairs(list.replace('\t1\t2', '\t0\t2'), 'a.txt', 'African')).toThrow('line 1')
})
