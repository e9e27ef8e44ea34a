/**
 * @file Verification with features centred by fold, as SphereFace's `evaluation.m` does it: from every raw feature the mean of the
 * other folds' raw features is subtracted before the cosine is taken.
 */
import { DataError } from '../../base/errors.ts'
import type { FlipRule, TemplateSet } from '../features.ts'
import { addRow, cosine } from '../features.ts'
import type { PairSet } from '../pair.ts'
import type { ScoredPair } from '../result.ts'
import { roc } from '../roc.ts'
import { bestThreshold } from '../threshold.ts'
import { type Verification, verifyScores } from '../verify.ts'

/** The features as they were before each got length 1. */
const rawFeatures = ({ data, size, lengths }: TemplateSet): Float64Array =>
  Float64Array.from(data, (value, i) => value * (lengths?.[Math.floor(i / size)] ?? 1))

/**
 * Judges pairs with centred features. Each fold's mean and threshold come from the other folds; a pair's score, for AUC, EER and
 * TAR, is the one from its own fold.
 * @throws DataError with fewer than two folds or a missing template
 */
export function verifyCentred(
  set: PairSet,
  templates: TemplateSet,
  options: {
    readonly flip: FlipRule
    readonly model?: string
    readonly seed?: number
    readonly replicates?: number
    readonly features?: string
    readonly warnings?: readonly string[]
  },
): Verification {
  const { size, names } = templates
  const features = rawFeatures(templates)
  const rows = new Map(names.map((name, row) => [name, row]))
  const located = set.pairs.map((pair) => {
    const [a, b] = [rows.get(pair.a), rows.get(pair.b)]
    if (a === undefined || b === undefined)
      throw new DataError(`There is no template of ${a === undefined ? pair.a : pair.b}`)
    return { ...pair, rows: [a, b] as const }
  })
  const folds = [...new Set(set.pairs.map(({ fold }) => fold))].sort((a, b) => a - b)
  if (folds.length < 2) throw new DataError('Centring by fold needs at least two folds')
  const scored: ScoredPair[] = []
  const thresholds = new Map<number, number>()
  for (const fold of folds) {
    // an image counts as often as it is on a pair, as where features are listed pair by pair
    const centre = new Float64Array(size)
    let count = 0
    for (const pair of located) {
      if (pair.fold === fold) continue
      for (const row of pair.rows) addRow(centre, features, row * size)
      count += 2
    }
    const centred = features.map((value, i) => value - (centre[i % size] ?? NaN) / count)
    const all = located.map(({ rows: [a, b], ...pair }): ScoredPair => ({
      ...pair,
      score: cosine(centred, a * size, centred, b * size, size),
    }))
    const others = all.filter((pair) => pair.fold !== fold)
    thresholds.set(fold, bestThreshold(roc(others)).threshold)
    all.forEach((pair, i) => {
      if (pair.fold === fold) scored[i] = pair
    })
  }
  const result = verifyScores(scored, {
    ...options,
    folds: set.folds,
    skipped: set.skipped,
    thresholdOf: (fold) => thresholds.get(fold) ?? NaN,
  })
  const centring = "raw features less the mean of those on the other folds' pairs"
  return { scored, result: { ...result, protocol: `${result.protocol}; ${centring}` } }
}
