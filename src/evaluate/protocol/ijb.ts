/** @file Template verification (IJB-B and -C 1:1): millions of pairs, TAR at FARs down to 1e-6, each score held once. */
import { given } from '../../base/given.ts'
import { random } from '../../base/random.ts'
import type { RowProduct } from '../../tensor/row-product.ts'
import { quantile } from '../../tensor/statistics.ts'
import { checkBothKinds } from '../pair.ts'
import type { Admitted, SortedScores } from './sorted.ts'
import {
  admittedAt,
  countAtLeast,
  shareBelow,
  sortedAuc,
  sortedEer,
  sortScores,
  tarsAtFars,
} from './sorted.ts'
import type { PooledTemplates } from './templates.ts'
import { rowsOf } from './templates.ts'
import type { Interval, TarAtFar } from '../result.ts'

/** FARs of the benchmark. */
export const templateFars: readonly number[] = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1]

/** Pairs of templates by number; `same` is 1 for one person. */
export interface TemplatePairList {
  readonly first: Int32Array
  readonly second: Int32Array
  readonly same: Uint8Array
}

/** TAR at the curve's point whose FAR lies closest to the one asked for, which may be above it: what public scripts print. */
export interface ClosestTar {
  readonly far: number
  readonly tar: number
  readonly reachedFar: number
  readonly interval?: Interval
}

export interface TemplateVerificationResult {
  readonly schema: 'cosface-templates/1'
  readonly protocol: string
  readonly tarAtFar: readonly TarAtFar[]
  /** For comparison with scikit-learn based scripts; ours is `tarAtFar`, whose FAR is never above the one asked for. */
  readonly closest: readonly ClosestTar[]
  readonly auc: number
  /** People drawn, those on pairs of two people kept. */
  readonly aucInterval?: Interval
  readonly eer: number
  readonly eerInterval?: Interval
  readonly pairs: { readonly total: number; readonly same: number; readonly different: number }
  readonly templates: number
  readonly seed: number
  readonly model?: string
}

/** The cosines of the pairs, one kind after the other, in the list's order. @throws DataError on an unknown template */
export function scoreTemplatePairs(
  templates: PooledTemplates,
  pairs: TemplatePairList,
): { readonly same: Float32Array; readonly different: Float32Array } {
  const { data, size } = templates
  const first = rowsOf(templates, pairs.first, 'The list of pairs')
  const second = rowsOf(templates, pairs.second, 'The list of pairs')
  let sameCount = 0
  for (const label of pairs.same) sameCount += label
  const same = new Float32Array(sameCount)
  const different = new Float32Array(pairs.same.length - sameCount)
  let [i, j] = [0, 0]
  for (let pair = 0; pair < pairs.same.length; pair++) {
    const a = first[pair]! * size
    const b = second[pair]! * size
    // four sums keep the processor's adders busy; their order is fixed, so are the bits
    let [s0, s1, s2, s3] = [0, 0, 0, 0]
    let k = 0
    for (; k + 3 < size; k += 4) {
      s0 += data[a + k]! * data[b + k]!
      s1 += data[a + k + 1]! * data[b + k + 1]!
      s2 += data[a + k + 2]! * data[b + k + 2]!
      s3 += data[a + k + 3]! * data[b + k + 3]!
    }
    for (; k < size; k++) s0 += data[a + k]! * data[b + k]!
    const score = s0 + s1 + (s2 + s3)
    if (pairs.same[pair] === 1) same[i++] = score
    else different[j++] = score
  }
  return { same, different }
}

const blockRows = 4096
/** Beyond this many different first templates a product's scores no longer fit beside the rest. */
const firstLimit = 8192

/**
 * The same scores by matrix products, which is many times faster where most first templates meet most second ones, as in IJB-C.
 * `open` binds the first templates' rows. Falls back to `scoreTemplatePairs` where too few pairs share their templates.
 * @throws DataError on an unknown template
 */
export async function scoreTemplatePairsBy(
  templates: PooledTemplates,
  pairs: TemplatePairList,
  open: (rows: { readonly data: Float32Array; readonly size: number }) => Promise<RowProduct>,
): Promise<{ readonly same: Float32Array; readonly different: Float32Array }> {
  const { data, size } = templates
  const first = rowsOf(templates, pairs.first, 'The list of pairs')
  const second = rowsOf(templates, pairs.second, 'The list of pairs')
  const firstRows = Int32Array.from(new Set(first)).sort()
  const secondRows = Int32Array.from(new Set(second)).sort()
  const isSparse = first.length * 50 < firstRows.length * secondRows.length
  if (isSparse || firstRows.length > firstLimit) return scoreTemplatePairs(templates, pairs)
  const place = (rows: Int32Array): Int32Array => {
    const places = new Int32Array(templates.ids.length)
    rows.forEach((row, i) => (places[row] = i))
    return places
  }
  const [firstPlace, secondPlace] = [place(firstRows), place(secondRows)]
  const gather = (rows: Int32Array): Float32Array => {
    const gathered = new Float32Array(rows.length * size)
    rows.forEach((row, i) => gathered.set(data.subarray(row * size, (row + 1) * size), i * size))
    return gathered
  }
  // pairs by the block their second template lies in, each block's in the list's order
  const blocks = Math.ceil(secondRows.length / blockRows)
  const starts = new Int32Array(blocks + 1)
  for (let i = 0; i < second.length; i++) starts[Math.floor(secondPlace[second[i]!]! / blockRows) + 1]!++
  for (let b = 0; b < blocks; b++) starts[b + 1]! += starts[b]!
  const order = new Int32Array(second.length)
  const next = starts.slice()
  for (let i = 0; i < second.length; i++) order[next[Math.floor(secondPlace[second[i]!]! / blockRows)]!++] = i
  const scores = new Float32Array(second.length)
  const product = await open({ data: gather(firstRows), size })
  for (let b = 0; b < blocks; b++) {
    const rows = secondRows.subarray(b * blockRows, (b + 1) * blockRows)
    const table = await product(gather(rows), rows.length)
    for (let k = starts[b]!; k < starts[b + 1]!; k++) {
      const pair = order[k]!
      const column = secondPlace[second[pair]!]! - b * blockRows
      scores[pair] = table[firstPlace[first[pair]!]! * rows.length + column]!
    }
  }
  return splitScores(scores, pairs.same)
}

/** Pairs of one person taken out, the others moved together: nothing is held twice but the former. */
const splitScores = (
  scores: Float32Array,
  labels: Uint8Array,
): { readonly same: Float32Array; readonly different: Float32Array } => {
  const same = new Float32Array(labels.reduce((sum, label) => sum + label, 0))
  let [i, j] = [0, 0]
  for (let pair = 0; pair < scores.length; pair++) {
    if (labels[pair] === 1) same[i++] = scores[pair]!
    else scores[j++] = scores[pair]!
  }
  return { same, different: scores.subarray(0, j) }
}

/**
 * scikit-learn's `roc_curve` drops points that lie on a straight line with their neighbours; the closest FAR is sought among
 * the points that remain.
 */
export function closestTars(scores: SortedScores, fars: readonly number[]): readonly ClosestTar[] {
  const { same, different } = scores
  const best = fars.map((far) => ({ far, tar: 0, reachedFar: 0, gap: far }))
  let [i, j] = [same.length, different.length]
  let [stepSame, stepDifferent] = [-1, -1]
  let [pointSame, pointDifferent] = [0, 0]
  let points = 0
  const offer = (): void => {
    const reached = pointDifferent / different.length
    for (const one of best) {
      const gap = Math.abs(reached - one.far)
      // among equally close points the most lenient
      if (gap <= one.gap) Object.assign(one, { gap, tar: pointSame / same.length, reachedFar: reached })
    }
  }
  while (i > 0 || j > 0) {
    const score = Math.max(same[i - 1] ?? -Infinity, different[j - 1] ?? -Infinity)
    const [beforeI, beforeJ] = [i, j]
    while (i > 0 && same[i - 1]! >= score) i--
    while (j > 0 && different[j - 1]! >= score) j--
    const isStraight = beforeI - i === stepSame && beforeJ - j === stepDifferent
    if (!isStraight) offer()
    // the curve's first point is always kept
    ;[stepSame, stepDifferent] = points++ === 0 ? [-1, -1] : [beforeI - i, beforeJ - j]
    ;[pointSame, pointDifferent] = [same.length - i, different.length - j]
  }
  offer()
  return best.map(({ far, tar, reachedFar }) => ({ far, tar, reachedFar }))
}

/** Who is on each pair of one person, by number from 0: templates joined by such pairs are one person. */
export function templatePeople(pairs: TemplatePairList): Int32Array {
  const parents = new Map<number, number>()
  const root = (id: number): number => {
    let at = id
    for (let parent = parents.get(at); parent !== undefined && parent !== at; parent = parents.get(at))
      at = parent
    return at
  }
  const firsts: number[] = []
  for (let i = 0; i < pairs.same.length; i++) {
    if (pairs.same[i] !== 1) continue
    const [a, b] = [root(pairs.first[i]!), root(pairs.second[i]!)]
    if (a !== b) parents.set(Math.max(a, b), Math.min(a, b))
    firsts.push(pairs.first[i]!)
  }
  const numbers = new Map<number, number>()
  return Int32Array.from(firsts, (id) => {
    const person = root(id)
    const known = numbers.get(person) ?? numbers.size
    numbers.set(person, known)
    return known
  })
}

/** The 95 % interval of a mean over pairs of one person, people drawn with replacement. */
const meanInterval = (
  people: Int32Array,
  seed: number,
  replicates: number,
): ((values: (pair: number) => number) => Interval | undefined) => {
  const count = people.reduce((most, person) => Math.max(most, person), -1) + 1
  const sizes = new Float64Array(count)
  people.forEach((person) => sizes[person]!++)
  // drawn once: the same people for every figure
  let drawn: Int32Array | undefined
  return (values) => {
    if (replicates === 0 || count < 2) return undefined
    if (drawn === undefined) {
      const stream = random(seed, 'templates')
      drawn = Int32Array.from({ length: replicates * count }, () => stream.integer(count))
    }
    const sums = new Float64Array(count)
    people.forEach((person, pair) => (sums[person]! += values(pair)))
    const means = new Float64Array(replicates)
    for (let r = 0; r < replicates; r++) {
      let [sum, total] = [0, 0]
      for (let i = r * count; i < (r + 1) * count; i++) {
        const person = drawn[i]!
        sum += sums[person]!
        total += sizes[person]!
      }
      means[r] = sum / total
    }
    means.sort()
    return { low: quantile(means, 0.025), high: quantile(means, 0.975) }
  }
}

/**
 * Judges pairs of pooled templates. Intervals draw people (templates joined by pairs of one person) with the threshold kept.
 * @throws DataError without pairs of both kinds or on an unknown template
 */
export function verifyTemplates(
  templates: PooledTemplates,
  pairs: TemplatePairList,
  options: {
    /** How templates were made, from `poolingInWords`. */
    readonly pooling: string
    readonly seed?: number
    /** Bootstrap replicates; 0 leaves intervals out. @defaultValue 1000 */
    readonly replicates?: number
    readonly model?: string
    /** The pairs' scores, where they were computed already; they are sorted in place. */
    readonly scores?: { readonly same: Float32Array; readonly different: Float32Array }
  },
): TemplateVerificationResult {
  const { same, different } = options.scores ?? scoreTemplatePairs(templates, pairs)
  checkBothKinds(same.length, different.length)
  const seed = options.seed ?? 0
  // sorting is in place, so what belongs to whom is taken first; only the few pairs of one person are copied
  const own = same.slice()
  const over = meanInterval(templatePeople(pairs), seed, options.replicates ?? 1000)
  const scores = sortScores(same, different)
  const accepted = (threshold: number): Interval | undefined =>
    over((pair) => (own[pair]! >= threshold ? 1 : 0))
  const eer = sortedEer(scores)
  const aucInterval = over((pair) => shareBelow(scores.different, own[pair]!))
  const kept = accepted(scores.different.at(-Math.max(1, Math.round(eer * different.length))) ?? 0)
  return {
    schema: 'cosface-templates/1',
    protocol:
      `${options.pooling}; score is the cosine; TAR at the strictest threshold whose FAR is at most the one asked for; ` +
      'same person iff score ≥ threshold; intervals draw people, thresholds and pairs of two people kept',
    tarAtFar: tarsAtFars(scores, templateFars, ({ threshold }) => accepted(threshold)),
    closest: closestTars(scores, templateFars).map((point) => {
      const hits = Math.round(point.tar * same.length)
      const interval = hits === 0 ? undefined : accepted(scores.same[same.length - hits]!)
      return interval === undefined ? point : { ...point, interval }
    }),
    auc: sortedAuc(scores),
    ...given({ aucInterval }),
    eer,
    ...(kept === undefined ? {} : { eerInterval: { low: 1 - kept.high, high: 1 - kept.low } }),
    pairs: { total: pairs.same.length, same: same.length, different: different.length },
    templates: templates.ids.length,
    seed,
    ...given({ model: options.model }),
  }
}

/** FAR and TAR along thresholds, for a curve: at most `limit` points, evenly spread over log FAR. */
export function templateCurve(scores: SortedScores, limit = 400): readonly Admitted[] {
  const count = scores.different.length
  const points: Admitted[] = []
  let last = -1
  for (let step = 0; step <= limit; step++) {
    const accepted = Math.round(count ** (step / limit))
    if (accepted === last) continue
    last = accepted
    const threshold = scores.different[count - accepted]!
    if (countAtLeast(scores.different, threshold) > 0) points.push(admittedAt(scores, threshold))
  }
  return points
}
