/** @file Cross-validation over folds: each is judged with the threshold chosen on the others. */
import { DataError } from '../base/errors.ts'
import { standardDeviation } from '../tensor/statistics.ts'
import { roc } from './roc.ts'
import type { LabelledScore } from './roc.ts'
import { bestThreshold } from './threshold.ts'

/** A labelled score in its fold. */
export interface FoldedScore extends LabelledScore {
  readonly fold: number
}

/** How the folds were judged. */
export interface FoldJudgement {
  readonly accuracies: readonly number[]
  readonly thresholds: readonly number[]
  /** 1 for each pair that was decided rightly, else 0, in the order of the pairs. */
  readonly right: Uint8Array
  /** The share of each pair in the mean over folds. */
  readonly weights: Float64Array
}

/**
 * Judges each fold with `threshold`, the same for all or each fold's own, or else with the best threshold of all other folds; a
 * single fold is judged with its own best. Folds are ordered by number.
 * @throws DataError where the other folds lack a class
 */
export function judgeFolds(
  scored: readonly FoldedScore[],
  threshold?: number | ((fold: number) => number),
): FoldJudgement {
  const folds = [...new Set(scored.map(({ fold }) => fold))].sort((a, b) => a - b)
  const right = new Uint8Array(scored.length)
  const weights = new Float64Array(scored.length)
  const judged = folds.map((fold) => {
    const inside = [...scored.keys()].filter((i) => scored[i]?.fold === fold)
    const others = folds.length === 1 ? scored : scored.filter((pair) => pair.fold !== fold)
    const one = others.some(({ same }) => same) !== others.some(({ same }) => !same)
    if (threshold === undefined && one) {
      throw new DataError(
        `Without fold ${fold + 1} only one kind of pairs is left; no threshold can be chosen`,
      )
    }
    const chosen =
      typeof threshold === 'function' ? threshold(fold) : (threshold ?? bestThreshold(roc(others)).threshold)
    let correct = 0
    for (const i of inside) {
      const pair = scored[i]
      right[i] = pair !== undefined && pair.score >= chosen === pair.same ? 1 : 0
      weights[i] = 1 / (folds.length * inside.length)
      correct += right[i] ?? 0
    }
    return { threshold: chosen, accuracy: correct / inside.length }
  })
  return {
    accuracies: judged.map(({ accuracy }) => accuracy),
    thresholds: judged.map((one) => one.threshold),
    right,
    weights,
  }
}

/** The spread of the folds' accuracies; undefined with a single fold. */
export function foldSpread(
  accuracies: readonly number[],
): { readonly standardError: number; readonly populationStd: number } | undefined {
  if (accuracies.length < 2) return undefined
  return {
    standardError: standardDeviation(accuracies, 1) / Math.sqrt(accuracies.length),
    populationStd: standardDeviation(accuracies, 0),
  }
}
