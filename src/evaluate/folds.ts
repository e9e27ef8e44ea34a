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
  /** Pairs decided rightly, over all folds. */
  readonly correct: number
}

const decidedRightly = (scored: readonly LabelledScore[], threshold: number): number =>
  scored.filter(({ same, score }) => score >= threshold === same).length

/**
 * Judges each fold with `threshold`, or else with the best threshold of all other folds; a single fold is judged with
 * its own best. Folds are ordered by number.
 * @throws DataError where the other folds lack a class
 */
export function judgeFolds(scored: readonly FoldedScore[], threshold?: number): FoldJudgement {
  const folds = [...new Set(scored.map(({ fold }) => fold))].sort((a, b) => a - b)
  const judged = folds.map((fold) => {
    const inside = scored.filter((pair) => pair.fold === fold)
    const others = folds.length === 1 ? inside : scored.filter((pair) => pair.fold !== fold)
    const one = others.some(({ same }) => same) !== others.some(({ same }) => !same)
    if (threshold === undefined && one) {
      throw new DataError(
        `Without fold ${fold + 1} only one kind of pairs is left; no threshold can be chosen`,
      )
    }
    const chosen = threshold ?? bestThreshold(roc(others)).threshold
    const correct = decidedRightly(inside, chosen)
    return { threshold: chosen, correct, accuracy: correct / inside.length }
  })
  return {
    accuracies: judged.map(({ accuracy }) => accuracy),
    thresholds: judged.map((one) => one.threshold),
    correct: judged.reduce((sum, one) => sum + one.correct, 0),
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
