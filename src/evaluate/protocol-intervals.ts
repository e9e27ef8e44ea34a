/** @file Intervals of the area under the curve and of the equal error rate, by drawing people as `bootstrapTar` does. */
import { random } from '../base/random.ts'
import { quantile } from '../tensor/statistics.ts'
import type { OwnedScore } from './bootstrap.ts'
import { drawPeople, weighPairs } from './drawn-people.ts'
import type { Interval } from './result.ts'

export interface CurveIntervals {
  readonly auc?: Interval
  readonly eer?: Interval
}

export interface CurveIntervalOptions {
  readonly seed: number
  /** @defaultValue 1000 */
  readonly replicates?: number
  /** Pair visits allowed; replicates are cut down to it, but never below 100. @defaultValue 50 million */
  readonly budget?: number
}

/** Area and equal error rate of one replicate; scores descend, `endsGroup` marks the last of equal ones. */
const figuresOf = (
  isSame: Uint8Array,
  endsGroup: Uint8Array,
  weights: Float64Array,
  totals: { readonly same: number; readonly different: number },
): { readonly auc: number; readonly eer: number } => {
  let [area, same, different, lastSame, lastDifferent] = [0, 0, 0, 0, 0]
  let eer: number | undefined
  for (let i = 0; i < weights.length; i++) {
    if (isSame[i] === 1) same += weights[i] ?? NaN
    else different += weights[i] ?? NaN
    if (endsGroup[i] === 0) continue
    area += (different - lastDifferent) * (same + lastSame)
    if (eer === undefined) {
      const [far, frr] = [different / totals.different, 1 - same / totals.same]
      if (far >= frr) {
        const lastFar = lastDifferent / totals.different
        const before = 1 - lastSame / totals.same - lastFar
        const share = before + far - frr === 0 ? 0 : before / (before + far - frr)
        eer = lastFar + share * (far - lastFar)
      }
    }
    lastSame = same
    lastDifferent = different
  }
  return { auc: area / (2 * totals.same * totals.different), eer: eer ?? 1 }
}

/**
 * The 95 % percentile intervals over replicates of people drawn with replacement: a pair counts as often as both its people were
 * drawn. Empty where too few replicates hold both kinds of pairs.
 */
export function curveIntervals(scored: readonly OwnedScore[], options: CurveIntervalOptions): CurveIntervals {
  const sorted = [...scored].sort((a, b) => b.score - a.score)
  const names = new Map<string, number>()
  const numberOf = (name: string): number => {
    const known = names.get(name) ?? names.size
    names.set(name, known)
    return known
  }
  const first = Int32Array.from(sorted, ({ identities }) => numberOf(identities[0]))
  const second = Int32Array.from(sorted, ({ same, identities }) => (same ? -1 : numberOf(identities[1])))
  const isSame = Uint8Array.from(sorted, ({ same }) => (same ? 1 : 0))
  const endsGroup = Uint8Array.from(sorted, ({ score }, i) => (sorted[i + 1]?.score === score ? 0 : 1))
  const affordable = Math.floor((options.budget ?? 50_000_000) / Math.max(1, sorted.length))
  const replicates = Math.max(100, Math.min(options.replicates ?? 1000, affordable))
  const stream = random(options.seed, 'bootstrap of curves')
  const drawn = new Int32Array(names.size)
  const weights = new Float64Array(sorted.length)
  const found: { readonly auc: number; readonly eer: number }[] = []
  for (let replicate = 0; replicate < replicates; replicate++) {
    drawPeople(drawn, stream)
    weighPairs(weights, drawn, first, second)
    const totals = { same: 0, different: 0 }
    for (let i = 0; i < weights.length; i++)
      totals[isSame[i] === 1 ? 'same' : 'different'] += weights[i] ?? NaN
    if (totals.same > 0 && totals.different > 0) found.push(figuresOf(isSame, endsGroup, weights, totals))
  }
  if (found.length < replicates / 2) return {}
  const bounds = (of: (figures: { readonly auc: number; readonly eer: number }) => number): Interval => {
    const ascending = Float64Array.from(found, of).sort()
    return { low: quantile(ascending, 0.025), high: quantile(ascending, 0.975) }
  }
  return { auc: bounds(({ auc }) => auc), eer: bounds(({ eer }) => eer) }
}
