/** @file Curves as plain points, few enough for a file and enough for a plot. */
import { given } from '../../base/given.ts'
import type { Searches } from './identify.ts'
import type { MegafaceResult } from './megaface.ts'
import { countAtLeast } from './sorted.ts'
import type { Interval } from '../result.ts'

/** A point of a ROC or DET curve: shares in [0, 1]. */
export interface ErrorPoint {
  readonly far: number
  readonly tar: number
}

/** A share at a rank or at a number of distractors. */
export interface SharePoint {
  readonly at: number
  readonly value: number
  readonly interval?: Interval
}

/** TPIR at an FPIR. */
export interface OpenPoint {
  readonly fpir: number
  readonly tpir: number
}

/** What an evaluation has of these. */
export interface ProtocolCurves {
  /** From the strictest threshold to the laxest. */
  readonly roc?: readonly ErrorPoint[]
  /** Cumulative match characteristic: share of searches with the mate among the first `at`. */
  readonly cmc?: readonly SharePoint[]
  /** Rank-1 share against the number of distractors. */
  readonly distractors?: readonly SharePoint[]
  readonly open?: readonly OpenPoint[]
}

const roundSteps = (most: number): number[] => {
  const steps: number[] = []
  for (let decade = 1; decade <= most; decade *= 10)
    for (const factor of [1, 2, 3, 5, 7]) if (factor * decade <= most) steps.push(factor * decade)
  return steps.at(-1) === most || most < 1 ? steps : [...steps, most]
}

/** The cumulative match characteristic of searches for people who are enrolled, over one or several galleries. */
export function cmcCurve(searches: readonly Searches[], most = 100): readonly SharePoint[] {
  const ranks = searches.flatMap(({ rank }) => [...rank])
  const last = Math.min(
    most,
    ranks.reduce((worst, rank) => Math.max(worst, rank), 1),
  )
  return roundSteps(last).map((at) => ({
    at,
    value: ranks.filter((rank) => rank <= at).length / Math.max(1, ranks.length),
  }))
}

/** TPIR against FPIR, pooled over galleries: the mate outscores everybody and reaches the threshold. */
export function openCurve(searches: readonly Searches[], limit = 200): readonly OpenPoint[] {
  const strangers = Float64Array.from(searches.flatMap(({ nonMated }) => [...nonMated])).sort()
  const mated = searches.reduce((sum, { mate }) => sum + mate.length, 0)
  const won = Float64Array.from(
    searches.flatMap(({ mate, other }) => [...mate.filter((score, i) => score > (other[i] ?? Infinity))]),
  ).sort()
  const count = strangers.length
  const steps = Array.from({ length: limit }, (_, i) => Math.round(count ** (i / Math.max(1, limit - 1))))
  return count === 0
    ? []
    : [...new Set(steps)].map((accepted) => {
        const threshold = strangers[count - accepted] ?? NaN
        return {
          fpir: countAtLeast(strangers, threshold) / count,
          tpir: countAtLeast(won, threshold) / mated,
        }
      })
}

/** The curves of a search among distractors. */
export function megafaceCurves(result: MegafaceResult): ProtocolCurves {
  const last = result.identification.at(-1)
  return {
    distractors: result.identification.flatMap(({ distractors, cmc }) =>
      cmc
        .filter(({ rank }) => rank === 1)
        .map(({ value, interval }) => ({
          at: distractors,
          value,
          ...given({ interval }),
        })),
    ),
    cmc: (last?.cmc ?? [])
      .filter(({ rank }) => rank <= (last?.distractors ?? 0) + 1)
      .map(({ rank, value, interval }) => ({
        at: rank,
        value,
        ...given({ interval }),
      })),
  }
}
