/** @file Template verification (IJB-B and -C 1:1): millions of pairs, TAR at FARs down to 1e-6, each score held once. */
import { given } from '../../base/given.ts'
import type { RowProduct } from '../../tensor/row-product.ts'
import { drawnInterval, sumByPerson } from '../drawn-people.ts'
import { checkBothKinds } from '../pair.ts'
import { dot } from './dot.ts'
import type { Admitted, Scores, SortedScores } from './sorted.ts'
import { admittedAt, shareBelow, sortedAuc, sortedEer, sortScores, tarsAtFars } from './sorted.ts'
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
  /** Images left out of their templates, where that was asked for and some are missing. */
  readonly skipped?: number
  readonly seed: number
  readonly model?: string
}

/**
 * Cosines of one person's pairs, and of two people's. Those of two people are in single precision where matrix products made them:
 * some of them are then equal that are not.
 */
export interface TemplateScores {
  readonly same: Float64Array
  readonly different: Scores
}

/** The cosines of the pairs, one kind after the other, in the list's order. @throws DataError on an unknown template */
export function scoreTemplatePairs(templates: PooledTemplates, pairs: TemplatePairList): TemplateScores {
  const { data, size } = templates
  const first = rowsOf(templates, pairs.first, 'The list of pairs')
  const second = rowsOf(templates, pairs.second, 'The list of pairs')
  let sameCount = 0
  for (const label of pairs.same) sameCount += label
  const same = new Float64Array(sameCount)
  const different = new Float64Array(pairs.same.length - sameCount)
  let [i, j] = [0, 0]
  for (let pair = 0; pair < pairs.same.length; pair++) {
    const score = dot(data, (first[pair] ?? NaN) * size, data, (second[pair] ?? NaN) * size, size)
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
): Promise<TemplateScores> {
  const { data, size } = templates
  const first = rowsOf(templates, pairs.first, 'The list of pairs')
  const second = rowsOf(templates, pairs.second, 'The list of pairs')
  const firstRows = Int32Array.from(new Set(first)).sort()
  const secondRows = Int32Array.from(new Set(second)).sort()
  const isSparse = first.length * 50 < firstRows.length * secondRows.length
  if (isSparse || firstRows.length > firstLimit) return scoreTemplatePairs(templates, pairs)
  const own = scoreTemplatePairs(templates, onePersonPairs(pairs))
  toPlaces(first, firstRows, templates.ids.length)
  toPlaces(second, secondRows, templates.ids.length)
  const gather = (rows: Int32Array): Float32Array => {
    const gathered = new Float32Array(rows.length * size)
    rows.forEach((row, i) => gathered.set(data.subarray(row * size, (row + 1) * size), i * size))
    return gathered
  }
  const scores = new Float32Array(second.length)
  const product = await open({ data: gather(firstRows), size })
  for (const [block, inBlock] of byBlock(second, secondRows.length).entries()) {
    const start = block * blockRows
    const rows = secondRows.subarray(start, start + blockRows)
    const table = await product(gather(rows), rows.length)
    for (const pair of inBlock)
      scores[pair] = table[(first[pair] ?? NaN) * rows.length + (second[pair] ?? NaN) - start] ?? NaN
  }
  return { same: own.same, different: ofTwoPeople(scores, pairs.same) }
}

/** The few of one person, which are worth single products in full precision. */
const onePersonPairs = ({ first, second, same }: TemplatePairList): TemplatePairList => ({
  first: first.filter((_, pair) => same[pair] === 1),
  second: second.filter((_, pair) => same[pair] === 1),
  same: same.filter((label) => label === 1),
})

/** Turns rows into their places among the `kept` ones, in place: there are millions. */
const toPlaces = (rows: Int32Array, kept: Int32Array, count: number): void => {
  const places = new Int32Array(count)
  kept.forEach((row, place) => (places[row] = place))
  for (let i = 0; i < rows.length; i++) rows[i] = places[rows[i] ?? NaN] ?? NaN
}

/** Pairs by the block their second template lies in, each block's in the list's order. */
const byBlock = (places: Int32Array, count: number): readonly Int32Array[] => {
  const sizes = new Int32Array(Math.ceil(count / blockRows))
  for (const place of places) {
    const block = Math.floor(place / blockRows)
    sizes[block] = (sizes[block] ?? 0) + 1
  }
  const blocks = Array.from(sizes, (size) => ({ pairs: new Int32Array(size), filled: 0 }))
  for (let pair = 0; pair < places.length; pair++) {
    const block = blocks[Math.floor((places[pair] ?? NaN) / blockRows)]
    if (block !== undefined) block.pairs[block.filled++] = pair
  }
  return blocks.map((block) => block.pairs)
}

/** Pairs of one person taken out, the others moved together: nothing is held twice. */
const ofTwoPeople = (scores: Float32Array, labels: Uint8Array): Float32Array => {
  let kept = 0
  for (let pair = 0; pair < scores.length; pair++)
    if (labels[pair] !== 1) scores[kept++] = scores[pair] ?? NaN
  return scores.subarray(0, kept)
}

/**
 * scikit-learn's `roc_curve` drops points that lie on a straight line with their neighbours; the closest FAR is sought among
 * the points that remain. Its scores are in double precision: those of two people that only single precision leaves equal count one
 * after the other.
 */
export function closestTars(scores: SortedScores, fars: readonly number[]): readonly ClosestTar[] {
  const { same, different } = scores
  const isRounded = different instanceof Float32Array
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
    while (i > 0 && (same[i - 1] ?? NaN) >= score) i--
    while (j > 0 && (different[j - 1] ?? NaN) >= score) {
      if (isRounded && (i < beforeI || j < beforeJ)) break
      j--
    }
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
    const [first, second] = [pairs.first[i], pairs.second[i]]
    if (first === undefined || second === undefined) continue
    const [a, b] = [root(first), root(second)]
    if (a !== b) parents.set(Math.max(a, b), Math.min(a, b))
    firsts.push(first)
  }
  const numbers = new Map<number, number>()
  return Int32Array.from(firsts, (id) => {
    const person = root(id)
    const known = numbers.get(person) ?? numbers.size
    numbers.set(person, known)
    return known
  })
}

/** The 95 % interval of the mean of a figure over the scores of one person's pairs, people drawn with replacement. */
const meanInterval = (
  people: Int32Array,
  scores: Scores,
  seed: number,
  replicates: number,
): ((figure: (score: number) => number) => Interval | undefined) => {
  const count = people.reduce((most, person) => Math.max(most, person), -1) + 1
  return (figure) => {
    const sums = sumByPerson(people, count, (pair) => figure(scores[pair] ?? NaN))
    // the same people for every figure
    return drawnInterval(sums, { seed, stream: 'templates', replicates })
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
    readonly scores?: TemplateScores
  },
): TemplateVerificationResult {
  return judgeTemplatePairs(templates, pairs, options).result
}

/** The same with what else is asked of the pairs: intervals at other thresholds. @throws DataError as `verifyTemplates` */
export function judgeTemplatePairs(
  templates: PooledTemplates,
  pairs: TemplatePairList,
  options: Parameters<typeof verifyTemplates>[2],
): {
  readonly result: TemplateVerificationResult
  /** The interval of the share of one person's pairs that reach a threshold, over people. */
  readonly accepted: (threshold: number) => Interval | undefined
} {
  const { same, different } = options.scores ?? scoreTemplatePairs(templates, pairs)
  checkBothKinds(same.length, different.length)
  const seed = options.seed ?? 0
  // sorting is in place, so what belongs to whom is taken first; only the few pairs of one person are copied
  const own = same.slice()
  const over = meanInterval(templatePeople(pairs), own, seed, options.replicates ?? 1000)
  const scores = sortScores(same, different)
  const accepted = (threshold: number): Interval | undefined => over((score) => (score >= threshold ? 1 : 0))
  const eer = sortedEer(scores)
  const aucInterval = over((score) => shareBelow(scores.different, score))
  const kept = accepted(scores.different.at(-Math.max(1, Math.round(eer * different.length))) ?? 0)
  const result: TemplateVerificationResult = {
    schema: 'cosface-templates/1',
    protocol:
      `${options.pooling}; score is the cosine; TAR at the strictest threshold whose FAR is at most the one asked for; ` +
      'same person iff score ≥ threshold; intervals draw people, thresholds and pairs of two people kept',
    tarAtFar: tarsAtFars(scores, templateFars, ({ threshold }) => accepted(threshold)),
    closest: closestTars(scores, templateFars).map((point) => {
      const hits = Math.round(point.tar * same.length)
      const lowest = hits === 0 ? undefined : scores.same.at(-hits)
      const interval = lowest === undefined ? undefined : accepted(lowest)
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
  return { result, accepted }
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
    const threshold = scores.different.at(-accepted)
    if (threshold !== undefined) points.push(admittedAt(scores, threshold))
  }
  return points
}
