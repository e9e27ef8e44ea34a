/**
 * @file Identification, 1:N: is the right person among the first k (closed set), and is the right person alone above a threshold
 * that strangers rarely reach (open set)?
 */
import { DataError } from '../../base/errors.ts'
import { withCommas } from '../../base/words.ts'
import { peopleInterval } from '../people-interval.ts'
import { dot } from './dot.ts'
import { admittedWithin } from './sorted.ts'
import type { Interval } from '../result.ts'
import { justAbove } from '../roc.ts'

/** Templates [N, D] of length 1 and whose they are. */
export interface SubjectTemplates {
  readonly data: Float32Array
  readonly size: number
  readonly subjects: Int32Array
}

/** What each search gave. */
export interface Searches {
  /** The mate's score, per mated search. */
  readonly mate: Float64Array
  /** The mate's place, from 1; entries of others that score as high count before it. */
  readonly rank: Int32Array
  /** The best score of anybody else, per mated search; −∞ in a gallery of one person. */
  readonly other: Float64Array
  /** The best score of all, per search of somebody who is not in the gallery. */
  readonly nonMated: Float64Array
  /** Whom each mated search looks for. */
  readonly subjects: Int32Array
  /** Who each search is of that is for nobody in the gallery. */
  readonly strangers: Int32Array
}

/** Searches every probe in the gallery. Of several templates of a person the best counts. @throws DataError on empty input */
export function search(probes: SubjectTemplates, gallery: SubjectTemplates): Searches {
  const { size } = gallery
  if (probes.size !== size) throw new DataError(`Expected probes of size ${size}, got ${probes.size}`)
  if (probes.subjects.length === 0 || gallery.subjects.length === 0)
    throw new DataError('Expected probes and a gallery, one of them is empty')
  const enrolled = new Map<number, number>()
  for (const subject of gallery.subjects) if (!enrolled.has(subject)) enrolled.set(subject, enrolled.size)
  const owner = gallery.subjects.map((subject) => enrolled.get(subject) ?? 0)
  const best = new Float64Array(enrolled.size)
  const mate: number[] = []
  const rank: number[] = []
  const other: number[] = []
  const nonMated: number[] = []
  const subjects: number[] = []
  const strangers: number[] = []
  for (const [probe, subject] of probes.subjects.entries()) {
    best.fill(-Infinity)
    for (let entry = 0; entry < owner.length; entry++) {
      const score = dot(probes.data, probe * size, gallery.data, entry * size, size)
      if (!Number.isFinite(score))
        throw new DataError(`Probe ${probe + 1} has the score ${score}; no result is given`)
      const person = owner[entry] ?? NaN
      best[person] = Math.max(best[person] ?? NaN, score)
    }
    const position = enrolled.get(subject)
    const own = position === undefined ? -Infinity : (best[position] ?? NaN)
    let ahead = 0
    let highest = -Infinity
    for (let person = 0; person < best.length; person++) {
      if (person === position) continue
      const score = best[person] ?? NaN
      if (score >= own) ahead++
      if (score > highest) highest = score
    }
    if (position === undefined) {
      nonMated.push(highest)
      strangers.push(subject)
    } else {
      mate.push(own)
      rank.push(ahead + 1)
      other.push(highest)
      subjects.push(subject)
    }
  }
  return {
    mate: Float64Array.from(mate),
    rank: Int32Array.from(rank),
    other: Float64Array.from(other),
    nonMated: Float64Array.from(nonMated),
    subjects: Int32Array.from(subjects),
    strangers: Int32Array.from(strangers),
  }
}

/** A share with its interval. */
export interface Share {
  readonly value: number
  readonly interval: Interval
}

/** The share of searches that come out right, with its interval over the people who search. */
const shareOf = (hits: readonly number[], people: readonly number[]): Share => ({
  value: hits.reduce((sum, hit) => sum + hit, 0) / hits.length,
  interval: peopleInterval({ hits, first: people }),
})

const within = ({ rank }: Searches, most: number): number[] =>
  Array.from(rank, (found) => (found <= most ? 1 : 0))

export interface RankShare extends Share {
  readonly rank: number
}

export interface TpirAtFpir {
  readonly fpir: number
  readonly tpir?: number
  readonly interval?: Interval
  readonly threshold?: number
  /** What insightface's script gives: its threshold is reached by one non-mated search fewer, and must be exceeded. */
  readonly reference?: number
  readonly insufficient?: string
}

export interface GalleryResult {
  readonly mated: number
  readonly nonMated: number
  /** Share of mated searches with the mate among the first k. */
  readonly closed: readonly RankShare[]
  readonly open: readonly TpirAtFpir[]
}

/** In words why so few searches for people not enrolled cannot carry an FPIR. */
export function insufficientSearches(nonMated: number, fpir: number): string {
  return (
    `insufficient searches: ${withCommas(nonMated)} of people not enrolled leave ` +
    `${Number((fpir * nonMated).toPrecision(3))} false answers at this FPIR; it takes ${withCommas(Math.ceil(10 / fpir - 1e-9))} such searches`
  )
}

const openAt = (searches: Searches, fpir: number): TpirAtFpir => {
  const { mate, other, nonMated, subjects } = searches
  const strangers = Float64Array.from(nonMated).sort()
  const count = strangers.length
  if (fpir * count < 10 - 1e-9) return { fpir, insufficient: insufficientSearches(count, fpir) }
  // the strictest threshold is the lowest mate's score above the first refused stranger's
  const won = mate.filter((score, i) => score > (other[i] ?? Infinity)).sort()
  const { threshold } = admittedWithin(
    {
      same: won.length > 0 ? won : Float64Array.of(justAbove(strangers.at(-1) ?? NaN)),
      different: strangers,
    },
    fpir,
  )
  const hits = Array.from(mate, (score, i) => (score > (other[i] ?? Infinity) && score >= threshold ? 1 : 0))
  const { value: tpir, interval } = shareOf(hits, [...subjects])
  const reference = strangers[count - 1 - Math.max(Math.floor(count * fpir) - 1, 0)] ?? NaN
  return {
    fpir,
    threshold,
    tpir,
    interval,
    reference: won.filter((score) => score > reference).length / mate.length,
  }
}

/** Figures of one gallery. @throws DataError without a mated search */
export function judgeSearches(
  searches: Searches,
  ranks: readonly number[] = [1, 5, 10],
  fpirs: readonly number[] = [0.01, 0.1],
): GalleryResult {
  const mated = searches.mate.length
  if (mated === 0) throw new DataError('No probe shows anybody of the gallery')
  return {
    mated,
    nonMated: searches.nonMated.length,
    closed: ranks.map((rank) => ({
      rank,
      ...shareOf(within(searches, rank), [...searches.subjects]),
    })),
    open: fpirs.map((fpir) => openAt(searches, fpir)),
  }
}

export interface IdentificationResult {
  readonly schema: 'cosface-identification/1'
  readonly protocol: string
  readonly galleries: readonly GalleryResult[]
  /** Over galleries: searches pooled for ranks, TPIR averaged. */
  readonly mean: {
    readonly closed: readonly RankShare[]
    /** Intervals are the mean of the galleries' bounds, which is never too narrow. */
    readonly open: readonly TpirAtFpir[]
  }
}

const averageOpen = (fpir: number, points: readonly TpirAtFpir[]): TpirAtFpir => {
  const lacking = points.find(({ insufficient }) => insufficient !== undefined)
  if (lacking !== undefined) return { fpir, insufficient: lacking.insufficient ?? '' }
  const over = (of: (point: TpirAtFpir) => number | undefined): number =>
    points.reduce((sum, point) => sum + (of(point) ?? 0), 0) / points.length
  return {
    fpir,
    tpir: over(({ tpir }) => tpir),
    interval: { low: over(({ interval }) => interval?.low), high: over(({ interval }) => interval?.high) },
  }
}

/** Searches the probes in each gallery (two in IJB-B and -C) and averages. @throws DataError as `judgeSearches` */
export function identifyProtocol(
  probes: SubjectTemplates,
  galleries: readonly SubjectTemplates[],
  options: { readonly ranks?: readonly number[]; readonly fpirs?: readonly number[] } = {},
): IdentificationResult {
  return judgeGalleries(
    galleries.map((gallery) => search(probes, gallery)),
    options,
  )
}

/** The figures of searches in several galleries, and over them. @throws DataError as `judgeSearches` */
export function judgeGalleries(
  galleries: readonly Searches[],
  options: { readonly ranks?: readonly number[]; readonly fpirs?: readonly number[] } = {},
): IdentificationResult {
  const ranks = options.ranks ?? [1, 5, 10]
  const fpirs = options.fpirs ?? [0.01, 0.1]
  const results = galleries.map((searches) => judgeSearches(searches, ranks, fpirs))
  return {
    schema: 'cosface-identification/1',
    protocol:
      `${galleries.length} galleries; closed set: share of mated searches whose mate is among the first k, others of equal score ` +
      'before it; open set: TPIR is the share of mated searches whose mate outscores everybody and reaches the threshold, the ' +
      'strictest at which the share of non-mated searches with an answer is at most FPIR; means pool searches for ranks and ' +
      'average galleries for TPIR; 95 % intervals over the people who search',
    galleries: results,
    mean: {
      closed: ranks.map((rank) => ({
        rank,
        ...shareOf(
          galleries.flatMap((searches) => within(searches, rank)),
          galleries.flatMap(({ subjects }) => [...subjects]),
        ),
      })),
      open: fpirs.map((fpir, k) =>
        averageOpen(
          fpir,
          results.flatMap(({ open }) => open[k] ?? []),
        ),
      ),
    },
  }
}
