/**
 * @file The bootstrap of pairs: people are drawn, not pairs, since pairs of one person are not independent evidence. One set of draws
 * gives the intervals of all figures of the curve.
 */
import { random } from '../base/random.ts'
import { given } from '../base/given.ts'
import { drawPeople, percentiles } from './drawn-people.ts'
import { numberPeople } from './people-interval.ts'
import type { Interval } from './result.ts'
import type { LabelledScore } from './roc.ts'

/** A labelled score with who is on it. */
export interface OwnedScore extends LabelledScore {
  readonly identities: readonly [string, string]
}

export interface BootstrapOptions {
  readonly fars: readonly number[]
  readonly seed: number
  /** Replicates wanted. @defaultValue 1000 */
  readonly replicates?: number
  /** Pair visits allowed; replicates are cut down to it, but never below 100. @defaultValue 100 million */
  readonly budget?: number
}

/** The 95 % intervals; absent where too few replicates hold both kinds of pairs. */
export interface PairIntervals {
  readonly auc?: Interval
  readonly eer?: Interval
  /** In the order of the FARs. */
  readonly tar: readonly (Interval | undefined)[]
}

/** Figures of one replicate. */
interface Replicate {
  readonly auc: number
  readonly eer: number
  readonly tar: readonly number[]
}

/** Pairs in descending order of their scores, who is on them, and how often each counts. */
interface Drawn {
  readonly isSame: Uint8Array
  /** Marks the last of equal scores. */
  readonly endsGroup: Uint8Array
  readonly weights: Float64Array
}

/** Undefined where one of the two kinds was not drawn. */
const figuresOf = ({ isSame, endsGroup, weights }: Drawn, fars: readonly number[]): Replicate | undefined => {
  let [allSame, allDifferent] = [0, 0]
  for (let i = 0; i < weights.length; i++) {
    if (isSame[i] === 1) allSame += weights[i] ?? NaN
    else allDifferent += weights[i] ?? NaN
  }
  if (allSame === 0 || allDifferent === 0) return undefined
  const allowed = fars.map((far) => far * allDifferent + 1e-9)
  const reached = new Float64Array(fars.length)
  let [area, same, different, lastSame, lastDifferent] = [0, 0, 0, 0, 0]
  let eer: number | undefined
  for (let i = 0; i < weights.length; i++) {
    if (isSame[i] === 1) same += weights[i] ?? NaN
    else different += weights[i] ?? NaN
    if (endsGroup[i] === 0) continue
    area += (different - lastDifferent) * (same + lastSame)
    for (let k = 0; k < allowed.length; k++) if (different <= (allowed[k] ?? NaN)) reached[k] = same
    if (eer === undefined) {
      const [far, frr] = [different / allDifferent, 1 - same / allSame]
      if (far >= frr) {
        const lastFar = lastDifferent / allDifferent
        const before = 1 - lastSame / allSame - lastFar
        const share = before + far - frr === 0 ? 0 : before / (before + far - frr)
        eer = lastFar + share * (far - lastFar)
      }
    }
    lastSame = same
    lastDifferent = different
  }
  const tar = Array.from(reached, (accepted) => accepted / allSame)
  return { auc: area / (2 * allSame * allDifferent), eer: eer ?? 1, tar }
}

/**
 * The 95 % percentile intervals of AUC, EER and TAR at each FAR over replicates of people drawn with replacement (vertex bootstrap):
 * a pair counts as often as both its people were drawn, a pair of one person as often as that person. For lists in which each person
 * meets few others it is on the wide side, never on the narrow one.
 */
export function pairIntervals(scored: readonly OwnedScore[], options: BootstrapOptions): PairIntervals {
  const sorted = [...scored].sort((a, b) => b.score - a.score)
  const numberOf = numberPeople()
  const first = Int32Array.from(sorted, ({ identities }) => numberOf(identities[0]))
  const second = Int32Array.from(sorted, ({ same, identities }) => (same ? -1 : numberOf(identities[1])))
  const people =
    Math.max(...[first, second].map((all) => all.reduce((most, one) => Math.max(most, one), -1))) + 1
  const drawn: Drawn = {
    isSame: Uint8Array.from(sorted, ({ same }) => (same ? 1 : 0)),
    endsGroup: Uint8Array.from(sorted, ({ score }, i) => (sorted[i + 1]?.score === score ? 0 : 1)),
    weights: new Float64Array(sorted.length),
  }
  const affordable = Math.floor((options.budget ?? 100_000_000) / Math.max(1, sorted.length))
  const replicates = Math.max(100, Math.min(options.replicates ?? 1000, affordable))
  const stream = random(options.seed, 'bootstrap')
  const counts = new Int32Array(people)
  const found: Replicate[] = []
  for (let replicate = 0; replicate < replicates; replicate++) {
    drawPeople(counts, stream)
    for (let i = 0; i < sorted.length; i++) {
      const other = second[i] ?? NaN
      drawn.weights[i] = (counts[first[i] ?? NaN] ?? NaN) * (other < 0 ? 1 : (counts[other] ?? NaN))
    }
    const figures = figuresOf(drawn, options.fars)
    if (figures !== undefined) found.push(figures)
  }
  const bounds = (of: (one: Replicate) => number): Interval | undefined =>
    found.length < replicates / 2 ? undefined : percentiles(Float64Array.from(found, of))
  return {
    ...given({ auc: bounds(({ auc }) => auc), eer: bounds(({ eer }) => eer) }),
    tar: options.fars.map((_, k) => bounds(({ tar }) => tar[k] ?? NaN)),
  }
}
