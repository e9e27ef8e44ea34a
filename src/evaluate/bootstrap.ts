/** @file Intervals of TAR at FAR by drawing people, not pairs: pairs of one person are not independent evidence. */
import { random } from '../base/random.ts'
import { quantile } from '../tensor/statistics.ts'
import { drawPeople, weighPairs } from './drawn-people.ts'
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

/**
 * The 95 % percentile intervals of TAR at each FAR over replicates of people drawn with replacement (vertex bootstrap):
 * a pair counts as often as both its people were drawn, a pair of one person as often as that person. For lists in
 * which each person meets few others it is on the wide side, never on the narrow one. Undefined where too few
 * replicates hold both kinds of pairs.
 */
export function bootstrapTar(
  scored: readonly OwnedScore[],
  options: BootstrapOptions,
): readonly (Interval | undefined)[] {
  const sorted = [...scored].sort((a, b) => b.score - a.score)
  const names = new Map<string, number>()
  const indexOf = (name: string): number => {
    const known = names.get(name)
    if (known !== undefined) return known
    names.set(name, names.size)
    return names.size - 1
  }
  const count = sorted.length
  const first = Int32Array.from(sorted, ({ identities }) => indexOf(identities[0]))
  const second = Int32Array.from(sorted, ({ same, identities }) => (same ? -1 : indexOf(identities[1])))
  const isSame = Uint8Array.from(sorted, (pair) => (pair.same ? 1 : 0))
  const endsGroup = Uint8Array.from(sorted, ({ score }, i) => (sorted[i + 1]?.score === score ? 0 : 1))
  const affordable = Math.floor((options.budget ?? 100_000_000) / count)
  const replicates = Math.max(100, Math.min(options.replicates ?? 1000, affordable))
  const tars = options.fars.map((): number[] => [])
  const stream = random(options.seed, 'bootstrap')
  const drawn = new Int32Array(names.size)
  const weights = new Float64Array(count)
  for (let replicate = 0; replicate < replicates; replicate++) {
    drawPeople(drawn, stream)
    weighPairs(weights, drawn, first, second)
    let same = 0
    let different = 0
    for (let i = 0; i < count; i++) {
      if (isSame[i] === 1) same += weights[i] ?? NaN
      else different += weights[i] ?? NaN
    }
    if (same === 0 || different === 0) continue
    const allowed = options.fars.map((far) => far * different + 1e-9)
    const reached = new Float64Array(allowed.length)
    const largest = Math.max(...allowed)
    let acceptedSame = 0
    let acceptedDifferent = 0
    for (let i = 0; i < count && acceptedDifferent <= largest; i++) {
      if (isSame[i] === 1) acceptedSame += weights[i] ?? NaN
      else acceptedDifferent += weights[i] ?? NaN
      if (endsGroup[i] === 0) continue
      for (let k = 0; k < allowed.length; k++) {
        if (acceptedDifferent <= (allowed[k] ?? NaN)) reached[k] = acceptedSame
      }
    }
    reached.forEach((accepted, k) => tars[k]?.push(accepted / same))
  }
  return tars.map((values) => {
    if (values.length < replicates / 2) return undefined
    const ascending = Float64Array.from(values).sort()
    return { low: quantile(ascending, 0.025), high: quantile(ascending, 0.975) }
  })
}
