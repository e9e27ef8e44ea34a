/** @file One pair list judged by either of the field's conventions, or by the centred one; each says in words what it does. */
import { UsageError } from '../../base/errors.ts'
import { given } from '../../base/given.ts'
import type { FlipRule, TemplateSet } from '../features.ts'
import { type PeopleOfPairs, peopleOf } from '../identities.ts'
import type { Pair, PairSet } from '../pair.ts'
import { verifyCentred } from './centred.ts'
import { runsOf } from './folds.ts'
import type { InsightfaceResult } from './insightface.ts'
import { insightfaceProtocol, pairDistances } from './insightface.ts'
import type { ThresholdFrom, Verification } from '../verify.ts'
import { verify } from '../verify.ts'

/**
 * `cosface`: cosine, thresholds from the other folds, the strictest of the best. `centred`: the same less the other folds' mean
 * template. `insightface`: squared distance of added features on a grid, the first of the best.
 */
export type Convention = 'cosface' | 'centred' | 'insightface'

/**
 * A convention with all that it decides: flip rule, centring, tie rule, where the threshold comes from.
 * @param isGiven whether the threshold was given as a number
 */
export function conventionInWords(convention: Convention, flip: string, isGiven = false): string {
  const centring = convention === 'centred' ? "centred by the other folds' mean template" : 'not centred'
  const rule =
    convention === 'insightface'
      ? 'squared distance, same person iff distance < threshold, the first of the best thresholds 0, 0.01 … 3.99'
      : `cosine, same person iff cosine ≥ threshold, ${isGiven ? 'the threshold given' : 'the highest of the best thresholds'}`
  return `${convention}: flip ${flip}, ${centring}, ${rule}`
}

/** The flip rule of a convention: the model's own, but insightface adds the mirror image. @throws UsageError for insightface with `concat` */
export function conventionFlip(convention: Convention, own: FlipRule, asked?: FlipRule): FlipRule {
  if (convention !== 'insightface') return asked ?? own
  if (asked === 'concat')
    throw new UsageError(
      'insightface adds the mirror image: give --flip sum or --flip none, or another --convention',
    )
  return asked ?? 'sum'
}

export interface ConventionOptions {
  readonly flip: FlipRule
  /** What the templates are, in words, where no flip rule of ours made them. */
  readonly features?: string
  readonly model?: string
  readonly seed?: number
  readonly replicates?: number
  readonly warnings?: readonly string[]
  /** For `cosface` only: judge all pairs by this threshold. */
  readonly thresholdFrom?: ThresholdFrom
  /** Keep the pairs in their order even where their folds are not: a pack's order is its folds. @defaultValue false */
  readonly ordered?: boolean
}

/** What a convention says of pairs; insightface's figures come with ours on the same cosines, for AUC, EER and TAR. */
export type PairJudgement =
  | { readonly convention: 'cosface' | 'centred'; readonly verification: Verification }
  | {
      readonly convention: 'insightface'
      readonly verification: Verification
      readonly result: InsightfaceResult
      /** Squared, in the order in which pairs were judged. */
      readonly distances: Float64Array
      readonly same: readonly boolean[]
      readonly people: PeopleOfPairs
    }

/** Judges pairs by a convention. @throws UsageError where a foreign threshold does not fit it, DataError as `verify` */
export function judgeByConvention(
  set: PairSet,
  templates: TemplateSet,
  convention: Convention,
  options: ConventionOptions,
): PairJudgement {
  const { ordered = false, thresholdFrom, ...common } = options
  if (convention !== 'cosface' && thresholdFrom !== undefined)
    throw new UsageError(
      `The convention ${convention} chooses its thresholds on folds; leave --threshold and --threshold-from out`,
    )
  if (convention === 'cosface')
    return {
      convention,
      verification: verify(set, templates, {
        ...common,
        ...given({ thresholdFrom }),
      }),
    }
  if (convention === 'centred') return { convention, verification: verifyCentred(set, templates, common) }
  const inOrder = ordered ? set.pairs : set.pairs.toSorted((a, b) => a.fold - b.fold)
  const runs = runsOf(inOrder.length)
  const pairs = inOrder.map((pair, i): Pair => ({ ...pair, fold: runs[i] ?? 0 }))
  const same = pairs.map((pair) => pair.same)
  const distances = pairDistances(rowsOf(pairs, templates), undefined, templates.size)
  const people = peopleOf(pairs)
  const result = insightfaceProtocol(distances, same, options.flip === 'none' ? 'none' : 'sum', people)
  const verification = verify({ ...set, folds: 'runs', pairs }, templates, common)
  return {
    convention,
    verification,
    distances,
    same,
    people,
    result: {
      ...result,
      pairs: { ...result.pairs, skipped: set.skipped },
      warnings: [...new Set([...result.warnings, ...verification.result.warnings])],
    },
  }
}

/** The pairs' templates one after the other: [2N, size]. */
const rowsOf = (pairs: readonly Pair[], { names, size, data }: TemplateSet): Float32Array => {
  const rows = new Map(names.map((name, row) => [name, row * size]))
  const result = new Float32Array(2 * pairs.length * size)
  pairs
    .flatMap(({ a, b }) => [a, b])
    .forEach((name, i) => {
      const start = rows.get(name) ?? 0
      result.set(data.subarray(start, start + size), i * size)
    })
  return result
}
