/**
 * @file Verification with features centred by fold, as SphereFace's and some CosFace code does: from every template the mean of
 * the other folds' templates is subtracted before the cosine is taken.
 */
import { DataError } from '../../base/errors.ts'
import type { FlipRule, TemplateSet } from '../features.ts'
import { addRow, cosine } from '../features.ts'
import { foldSpread } from '../folds.ts'
import { wilson } from '../interval.ts'
import { mean } from '../../tensor/statistics.ts'
import type { PairSet } from '../pair.ts'
import type { ScoredPair } from '../result.ts'
import { roc } from '../roc.ts'
import { bestThreshold } from '../threshold.ts'
import type { Verification } from '../verify.ts'
import { verifyScores } from '../verify.ts'

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
  const { data, size, names } = templates
  const rows = new Map(names.map((name, row) => [name, row]))
  const located = set.pairs.map((pair) => {
    const [a, b] = [rows.get(pair.a), rows.get(pair.b)]
    if (a === undefined || b === undefined)
      throw new DataError(`There is no template of ${a === undefined ? pair.a : pair.b}`)
    return { ...pair, rows: [a, b] as const }
  })
  const folds = [...new Set(set.pairs.map(({ fold }) => fold))].sort((a, b) => a - b)
  if (folds.length < 2) throw new DataError('Centring by fold needs at least two folds')
  const scored = new Map<number, ScoredPair>()
  const judged = folds.map((fold) => {
    // an image counts as often as it is on a pair, as where features are listed pair by pair
    const centre = new Float64Array(size)
    let count = 0
    for (const pair of located) {
      if (pair.fold === fold) continue
      for (const row of pair.rows) addRow(centre, data, row * size)
      count += 2
    }
    const centred = Float64Array.from(data, (value, i) => value - (centre[i % size] ?? NaN) / count)
    const all = located.map(({ rows: [a, b], ...pair }): ScoredPair => ({
      ...pair,
      score: cosine(centred, a * size, centred, b * size, size),
    }))
    const { threshold } = bestThreshold(roc(all.filter((pair) => pair.fold !== fold)))
    let correct = 0
    let inside = 0
    all.forEach((pair, i) => {
      if (pair.fold !== fold) return
      inside++
      if (pair.score >= threshold === pair.same) correct++
      scored.set(i, pair)
    })
    return { threshold, correct, accuracy: correct / inside }
  })
  const pairs = located.flatMap((_, i) => scored.get(i) ?? [])
  const base = verifyScores(pairs, { ...options, folds: set.folds, skipped: set.skipped })
  const accuracies = judged.map(({ accuracy }) => accuracy)
  const thresholds = judged.map(({ threshold }) => threshold)
  const correct = judged.reduce((sum, one) => sum + one.correct, 0)
  return {
    scored: pairs,
    result: {
      ...base,
      protocol: `${base.protocol}; templates less the mean template of the other folds' pairs`,
      accuracy: mean(accuracies),
      ...foldSpread(accuracies),
      accuracyInterval: wilson(correct, pairs.length),
      threshold: mean(thresholds),
      thresholds,
    },
  }
}
