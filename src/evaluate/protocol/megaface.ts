/**
 * @file MegaFace's challenge on any data: probes of some people among up to millions of distractors. Scores come in blocks and
 * are counted at once; none is kept.
 */
import { DataError } from '../../base/errors.ts'
import { given } from '../../base/given.ts'
import { withCommas } from '../../base/words.ts'
import { random } from '../../base/random.ts'
import type { RowProduct } from '../../tensor/row-product.ts'
import { plainRowProduct } from '../../tensor/row-product.ts'
import { drawnInterval, sumByPerson } from '../drawn-people.ts'
import { addRow } from '../features.ts'
import { ScoreHistogram } from './histogram.ts'
import { MateRanks } from './mates.ts'
import { type Outcomes, tarOutcomes, unitsOf } from './outcomes.ts'
import { insufficientPairs } from '../pair.ts'
import type { Interval, TarAtFar } from '../result.ts'

/** Probes [P, D] of length 1 and who each shows. */
export interface Probes {
  readonly data: Float32Array
  readonly size: number
  readonly identities: Int32Array
}

/**
 * Scores [P, count] of the probes against a block [count, D], row-major. The next call comes before these are read, so an array
 * may be reused by the one after that.
 */
export type ScoreProduct = RowProduct

export interface MegafaceOptions {
  /** Numbers of distractors at which ranks are reported. @defaultValue 10, 100 … 1,000,000, as far as they go */
  readonly sizes?: readonly number[]
  /** @defaultValue 1e-6, 1e-5, 1e-4, 1e-3 */
  readonly fars?: readonly number[]
  /** Places of the cumulative match curve. @defaultValue 1, 5, 10, 100, 1000 */
  readonly ranks?: readonly number[]
  /** Whether noisy images were taken out: `raw` or `refined`. */
  readonly lists?: 'raw' | 'refined'
  /** With refined lists, how many probes were replaced and how many distractors left out. */
  readonly cleaned?: { readonly probes: number; readonly distractors: () => number }
  /**
   * At most so many distractors will come; with it, scores too low for any threshold of the FARs are not sorted into bins, which saves
   * most of the counting. The figures are the same.
   */
  readonly expected?: number
  readonly seed?: number
  readonly replicates?: number
  readonly model?: string
  readonly signal?: AbortSignal
  readonly onProgress?: (distractors: number) => void
}

export interface RankAtSize {
  readonly distractors: number
  /** Share of searches whose mate is among the first k, for the k of `ranks`. */
  readonly cmc: readonly { readonly rank: number; readonly value: number; readonly interval?: Interval }[]
}

export interface MegafaceResult {
  readonly schema: 'cosface-megaface/1'
  readonly protocol: string
  readonly identification: readonly RankAtSize[]
  readonly tarAtFar: readonly TarAtFar[]
  readonly probes: number
  readonly people: number
  /** Ordered pairs of probes of one person. */
  readonly searches: number
  readonly distractors: number
  /** Noisy probes put at their person's centre, noisy distractors left out. */
  readonly cleaned?: { readonly probes: number; readonly distractors: number }
  readonly pairs: { readonly same: number; readonly different: number }
  readonly seed: number
  readonly model?: string
}

/** A result, and what each search and pair came to. */
export interface MegafaceRun {
  readonly result: MegafaceResult
  readonly outcomes: readonly Outcomes[]
}

/** Probes scored among themselves at once. */
const probeBlock = 4096

const defaultFars: readonly number[] = [1e-6, 1e-5, 1e-4, 1e-3]
const decades: readonly number[] = [10, 100, 1_000, 10_000, 100_000, 1_000_000]

/** The scores by plain loops; for small sets, and as the yardstick of faster products. */
export function plainProduct(probes: Probes): ScoreProduct {
  return plainRowProduct(probes)
}

/** Intervals of a share of searches over people drawn with replacement. */
const overPeople = (
  { identities }: Probes,
  hits: Float64Array,
  perProbe: Int32Array,
  options: MegafaceOptions,
): Interval | undefined => {
  const people = [...new Set(identities.filter((_, p) => (perProbe[p] ?? 0) > 0))]
  const positions = new Map(people.map((person, i) => [person, i]))
  const owners = Int32Array.from(identities, (identity) => positions.get(identity) ?? -1)
  const sums = sumByPerson(
    owners,
    people.length,
    (p) => hits[p] ?? NaN,
    (p) => perProbe[p] ?? NaN,
  )
  const { seed = 0, replicates = 1000 } = options
  return drawnInterval(sums, { seed, stream: 'megaface', replicates })
}

const rankShares = (ranks: MateRanks, probes: Probes, size: number, options: MegafaceOptions): RankAtSize => {
  return {
    distractors: size,
    cmc: (options.ranks ?? [1, 5, 10, 100, 1000]).map((rank) => {
      const value = ranks.hits(rank).reduce((sum, hits) => sum + hits, 0) / ranks.total
      const found = overPeople(probes, ranks.hits(rank), ranks.matesOf, options)
      return { rank, value, ...given({ interval: found }) }
    }),
  }
}

/** Scores of pairs of probes of one person, and whose they are. */
interface Positives {
  readonly scores: Float32Array
  /** Positions of probes. */
  readonly owners: Int32Array
}

const tarsOf = (
  { scores, owners }: Positives,
  negatives: ScoreHistogram,
  probes: Probes,
  options: MegafaceOptions,
): readonly TarAtFar[] =>
  (options.fars ?? defaultFars).map((far) => {
    const insufficient = insufficientPairs(negatives.total, far)
    if (insufficient !== undefined) return { far, insufficient }
    const threshold = negatives.thresholdWithin(Math.floor(far * negatives.total + 1e-9))
    const pairs = new Int32Array(probes.identities.length)
    const hits = new Float64Array(probes.identities.length)
    let accepted = 0
    scores.forEach((score, i) => {
      const probe = owners[i] ?? NaN
      pairs[probe] = (pairs[probe] ?? 0) + 1
      if (score < threshold) return
      hits[probe] = (hits[probe] ?? 0) + 1
      accepted++
    })
    const interval = overPeople(probes, hits, pairs, options)
    return { far, tar: accepted / scores.length, threshold, ...given({ interval }) }
  })

/** Scores block by block, the next block's being computed while these are counted. */
async function* scoredBlocks(
  blocks: AsyncIterable<Float32Array> | Iterable<Float32Array>,
  product: ScoreProduct,
  size: number,
): AsyncGenerator<{ readonly scores: Float32Array; readonly count: number }> {
  let pending: Promise<{ readonly scores: Float32Array; readonly count: number }> | undefined
  for await (const block of blocks) {
    const count = block.length / size
    const next = product(block, count).then((scores) => ({ scores, count }))
    // a failure shows where it is awaited; until then it must not count as unhandled
    next.catch(() => {})
    if (pending !== undefined) yield await pending
    pending = next
  }
  if (pending !== undefined) yield await pending
}

/**
 * Runs the challenge. `distractors` gives blocks [n, D] of features of length 1, in order; the first 10, 100 … are the smaller
 * sets. Noisy distractors are left out of their blocks.
 * @throws DataError without two probes of one person, without distractors, or on a score that is no finite number
 */
export async function megafaceProtocol(
  probes: Probes,
  distractors: AsyncIterable<Float32Array> | Iterable<Float32Array>,
  product: ScoreProduct,
  options: MegafaceOptions = {},
): Promise<MegafaceRun> {
  const { size, identities } = probes
  const fars = options.fars ?? defaultFars
  const ranks = new MateRanks(identities, Math.max(...(options.ranks ?? [1000]), 1))
  if (ranks.total === 0) throw new DataError('Expected at least two probes of one person')
  const negatives = new ScoreHistogram()
  const positives = await scoreProbes(probes, product, ranks, negatives)
  // once so many scores reach an edge, no threshold of the FARs asked for can come to lie below it
  const wantedTail =
    options.expected === undefined
      ? undefined
      : Math.floor(Math.max(...fars) * (negatives.total + identities.length * options.expected) + 1e-9) + 1
  const wanted = [...(options.sizes ?? decades)].sort((a, b) => a - b)
  const identification: RankAtSize[] = []
  let seen = 0
  for await (const { scores, count } of scoredBlocks(distractors, product, size)) {
    options.signal?.throwIfAborted()
    let from = 0
    while (from < count) {
      const next = wanted[identification.length] ?? Infinity
      const to = Math.min(count, from + next - seen)
      ranks.addColumns(scores, count, from, to, negatives)
      seen += to - from
      from = to
      if (seen === next) identification.push(rankShares(ranks, probes, seen, options))
    }
    if (wantedTail !== undefined) negatives.raiseFloor(wantedTail)
    options.onProgress?.(seen)
  }
  if (seen === 0) throw new DataError('Expected distractors, got none')
  if (seen > (options.expected ?? Infinity))
    throw new RangeError(`Expected at most ${options.expected} distractors, got ${seen}`)
  if (identification.at(-1)?.distractors !== seen)
    identification.push(rankShares(ranks, probes, seen, options))
  const tarAtFar = tarsOf(positives, negatives, probes, options)
  const result: MegafaceResult = {
    schema: 'cosface-megaface/1',
    protocol:
      `${options.lists ?? 'raw'} lists; identification: for each ordered pair of probes of one person the second must score higher ` +
      'with the first than every distractor; verification: pairs of probes of one person against pairs of different people ' +
      `(probes among themselves and with distractors), thresholds on a grid of 2^-15, kept where intervals draw people`,
    identification,
    tarAtFar,
    probes: identities.length,
    people: new Set(identities).size,
    searches: ranks.total,
    distractors: seen,
    ...(options.cleaned === undefined
      ? {}
      : { cleaned: { probes: options.cleaned.probes, distractors: options.cleaned.distractors() } }),
    pairs: { same: positives.scores.length, different: negatives.total },
    seed: options.seed ?? 0,
    ...given({ model: options.model }),
  }
  return { result, outcomes: outcomesOf(probes, ranks, positives, result) }
}

const outcomesOf = (
  { identities }: Probes,
  ranks: MateRanks,
  { scores, owners }: Positives,
  result: MegafaceResult,
): readonly Outcomes[] => {
  const numbers = new Map([...new Set(identities)].map((identity, i) => [identity, i]))
  const people = identities.map((identity) => numbers.get(identity) ?? -1)
  const units = unitsOf([...identities, result.distractors])
  return [
    {
      id: `rank-1@${result.distractors}`,
      name: `rank-1 among ${withCommas(result.distractors)} distractors`,
      units,
      hits: ranks.hits(1),
      totals: Float64Array.from(ranks.matesOf),
      first: people,
      second: new Int32Array(people.length).fill(-1),
    },
    ...tarOutcomes(
      scores,
      owners.map((probe) => people[probe] ?? -1),
      result.tarAtFar,
      units,
    ),
  ]
}

/** Scores the probes among themselves: mates for ranks, pairs of one person kept, pairs of two people counted. */
const scoreProbes = async (
  { data, size, identities }: Probes,
  product: ScoreProduct,
  ranks: MateRanks,
  negatives: ScoreHistogram,
): Promise<Positives> => {
  const count = identities.length
  const scores = new Float32Array(ranks.total / 2)
  const owners = new Int32Array(ranks.total / 2)
  let found = 0
  for (let from = 0; from < count; from += probeBlock) {
    const width = Math.min(probeBlock, count - from)
    const table = await product(data.subarray(from * size, (from + width) * size), width)
    ranks.addMates(table, width, from)
    for (let p = 0; p < from + width; p++) {
      const row = p * width - from
      let other = Math.max(p + 1, from)
      for (let q = other; q < from + width; q++) {
        if (identities[p] !== identities[q]) continue
        negatives.addRow(table, row + other, row + q)
        other = q + 1
        const score = table[row + q] ?? NaN
        if (!(Math.abs(score) < 1 + ScoreHistogram.step))
          throw new DataError(`The score ${score} is no cosine`)
        scores[found] = score
        owners[found++] = p
      }
      if (other < from + width) negatives.addRow(table, row + other, row + from + width)
    }
    negatives.flush()
  }
  ranks.orderMates()
  return { scores, owners }
}

/**
 * Probes with the noisy ones put at their person's centre, shaken by up to 1e-3 a coordinate, as the refined lists ask.
 * `isNoisy` tells by position. A person without a clean probe keeps the noisy ones.
 */
export function refineProbes(probes: Probes, isNoisy: (probe: number) => boolean, seed = 0): Probes {
  const { size, identities } = probes
  const data = probes.data.slice()
  const centres = new Map<number, Float64Array>()
  identities.forEach((identity, p) => {
    if (isNoisy(p)) return
    const centre = centres.get(identity) ?? new Float64Array(size)
    centres.set(identity, centre)
    addRow(centre, probes.data, p * size)
  })
  identities.forEach((identity, p) => {
    const centre = centres.get(identity)
    if (!isNoisy(p) || centre === undefined) return
    const stream = random(seed, 'noisy probe', p)
    const length = Math.hypot(...centre)
    const shaken = centre.map((value) => value / length + (2 * stream.uniform() - 1) * 1e-3)
    const scale = Math.hypot(...shaken)
    data.set(
      shaken.map((value) => value / scale),
      p * size,
    )
  })
  return { data, size, identities }
}
