/** @file Centred features against figures that scripts/golden/centred.py computed by plain loops in NumPy. */
import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { fuse } from '../features.ts'
import type { PairSet } from '../pair.ts'
import { verifyCentred } from './centred.ts'
import { verify } from '../verify.ts'

interface Golden {
  readonly size: number
  readonly raw: readonly number[]
  readonly mirrored: readonly number[]
  readonly pairs: readonly (readonly [a: number, b: number, same: number, fold: number])[]
  readonly scores: readonly number[]
  readonly thresholds: readonly number[]
  readonly accuracies: readonly number[]
  readonly accuracy: number
  readonly standardError: number
  readonly populationStd: number
  readonly auc: number
  readonly plainAuc: number
}

const golden = JSON.parse(
  await readFile(new URL('../../../test/golden/centred.json', import.meta.url), 'utf8'),
) as Golden

const { size, raw, mirrored } = golden
const lengths = new Float64Array(raw.length / size)
const data = fuse(Float32Array.from(raw), Float32Array.from(mirrored), size, 'concat', undefined, lengths)
const names = Array.from({ length: raw.length / size }, (_, row) => `${row}`)
const templates = { names, size: 2 * size, data, lengths }
const set: PairSet = {
  folds: 'given',
  skipped: 0,
  pairs: golden.pairs.map(([a, b, same, fold]) => ({ a: `${a}`, b: `${b}`, same: same === 1, fold })),
}

describe('centred verification', () => {
  const { result, scored } = verifyCentred(set, templates, { flip: 'concat', replicates: 0 })

  it('scores each pair of raw features less the mean of the other folds', () => {
    scored.forEach(({ score }, i) => expect(score).toBeCloseTo(golden.scores[i] ?? NaN, 6))
    expect(result.auc).toBeCloseTo(golden.auc, 9)
  })

  it('chooses thresholds and judges folds as the oracle does', () => {
    result.thresholds.forEach((threshold, k) => expect(threshold).toBeCloseTo(golden.thresholds[k] ?? NaN, 6))
    expect(result.accuracy).toBeCloseTo(golden.accuracy, 12)
    expect(result.standardError).toBeCloseTo(golden.standardError, 12)
    expect(result.populationStd).toBeCloseTo(golden.populationStd, 12)
  })

  it('tells apart what a common direction hides', () => {
    const plain = verify(set, templates, { flip: 'concat', replicates: 0 }).result
    expect(plain.auc).toBeCloseTo(golden.plainAuc, 9)
    expect(result.auc).toBeGreaterThan(plain.auc)
  })
})
