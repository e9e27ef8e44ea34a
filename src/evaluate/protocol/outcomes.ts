/** @file What each pair or search came to, so that two models can be compared on the very same ones. */
import { pairsApart, type PeopleOfPairs, peopleOf } from '../identities.ts'
import { runsOf } from './folds.ts'
import type { GalleryResult, Searches } from './identify.ts'
import type { InsightfaceResult } from './insightface.ts'
import { rateText } from './record.ts'
import type { ScoredPair, TarAtFar, VerificationResult } from '../result.ts'

/**
 * Units (pairs, searches) that each came out right `hits` times of `totals`, and whose they are: a person's number, and the other
 * person's for pairs of two, else −1.
 */
export interface Outcomes {
  /** The figure they add up to: `accuracy`, `tar@far=1e-4`, `rank-1`. */
  readonly id: string
  readonly name: string
  /** A fingerprint of what the units are; figures of different ones are not compared. */
  readonly units: string
  readonly hits: Float64Array
  readonly totals: Float64Array
  readonly first: Int32Array
  readonly second: Int32Array
}

/** A fingerprint of a sequence of texts or numbers, for telling whether two models were asked the same (FNV-1a, 2 × 32 bits). */
export function unitsOf(parts: Iterable<string | number>): string {
  let [a, b] = [0x811c9dc5, 0x01000193]
  const mix = (code: number): void => {
    a = Math.imul(a ^ code, 0x01000193) >>> 0
    b = Math.imul(b ^ (code + 0x9e37), 0x85ebca6b) >>> 0
  }
  for (const part of parts) {
    if (typeof part === 'number') mix(part)
    else for (let i = 0; i < part.length; i++) mix(part.charCodeAt(i))
    mix(0xffff)
  }
  return a.toString(16).padStart(8, '0') + b.toString(16).padStart(8, '0')
}

const ones = (count: number): Float64Array => new Float64Array(count).fill(1)
const nobody = (count: number): Int32Array => new Int32Array(count).fill(-1)

/** Right decisions at each fold's threshold, and same-person pairs accepted at each FAR that the pairs can carry. */
export function pairOutcomes(
  scored: readonly ScoredPair[],
  result: Pick<VerificationResult, 'thresholds' | 'tarAtFar'>,
): readonly Outcomes[] {
  const folds = [...new Set(scored.map(({ fold }) => fold))].sort((a, b) => a - b)
  const thresholds = new Map(
    folds.map((fold, i) => [fold, result.thresholds[i] ?? result.thresholds[0] ?? Infinity]),
  )
  const { first, second } = peopleOf(scored)
  const accuracy: Outcomes = {
    id: 'accuracy',
    name: 'accuracy',
    units: unitsOf(scored.flatMap(({ a, b, same }) => [a, b, same ? 1 : 0])),
    hits: Float64Array.from(scored, ({ score, same, fold }) =>
      score >= (thresholds.get(fold) ?? Infinity) === same ? 1 : 0,
    ),
    totals: ones(scored.length),
    first,
    second,
  }
  const own = scored.flatMap(({ same, score }, i) => (same ? [{ score, person: first[i] ?? -1 }] : []))
  const tars = tarOutcomes(
    Float64Array.from(own, ({ score }) => score),
    Int32Array.from(own, ({ person }) => person),
    result.tarAtFar,
    accuracy.units,
  )
  return [accuracy, ...tars]
}

/** Scores of one person's pairs accepted at each FAR's threshold; `people` are their owners. */
export function tarOutcomes(
  scores: ArrayLike<number>,
  people: Int32Array,
  tarAtFar: readonly TarAtFar[],
  units: string,
): readonly Outcomes[] {
  return tarAtFar.flatMap(({ far, tar, threshold }) =>
    tar === undefined || threshold === undefined
      ? []
      : [
          {
            id: `tar@far=${rateText(far)}`,
            name: `TAR at FAR ${rateText(far)}`,
            units,
            hits: Float64Array.from(scores, (score) => (score >= threshold ? 1 : 0)),
            totals: ones(scores.length),
            first: people,
            second: nobody(scores.length),
          },
        ],
  )
}

/** Right decisions of insightface's procedure; where nobody says who is on a pair, each counts as its own person. */
export function insightfaceOutcomes(
  distances: Float64Array,
  same: readonly boolean[],
  result: Pick<InsightfaceResult, 'distanceThresholds'>,
  { first, second }: PeopleOfPairs = pairsApart(same.length),
): readonly Outcomes[] {
  const folds = runsOf(same.length)
  return [
    {
      id: 'accuracy',
      name: 'accuracy',
      units: unitsOf(same.map((value) => (value ? 1 : 0))),
      hits: distances.map((distance, i) => {
        const threshold = result.distanceThresholds[folds[i] ?? 0] ?? 0
        return distance < threshold === same[i] ? 1 : 0
      }),
      totals: ones(same.length),
      first,
      second,
    },
  ]
}

/** Searches for people who are enrolled: the mate first, and the mate alone above each FPIR's threshold; galleries one after another. */
export function searchOutcomes(
  searches: readonly Searches[],
  results: readonly Pick<GalleryResult, 'open'>[],
): readonly Outcomes[] {
  const count = searches.reduce((sum, { mate }) => sum + mate.length, 0)
  const people = Int32Array.from(searches.flatMap(({ subjects }) => [...subjects]))
  const common = { units: unitsOf(people), totals: ones(count), first: people, second: nobody(count) }
  const hitsBy = (
    isHit: (gallery: Searches, i: number, which: number, score: number) => boolean,
  ): Float64Array =>
    Float64Array.from(
      searches.flatMap((gallery, which) =>
        Array.from(gallery.mate, (score, i) => (isHit(gallery, i, which, score) ? 1 : 0)),
      ),
    )
  const open = (results[0]?.open ?? []).flatMap(({ fpir }, k): Outcomes[] => {
    const thresholds = results.map((result) => result.open[k]?.threshold)
    if (thresholds.includes(undefined)) return []
    return [
      {
        id: `tpir@fpir=${rateText(fpir)}`,
        name: `TPIR at FPIR ${rateText(fpir)}`,
        ...common,
        hits: hitsBy(
          ({ other }, i, which, score) =>
            score > (other[i] ?? Infinity) && score >= (thresholds[which] ?? Infinity),
        ),
      },
    ]
  })
  return [{ id: 'rank-1', name: 'rank-1', ...common, hits: hitsBy(({ rank }, i) => rank[i] === 1) }, ...open]
}
