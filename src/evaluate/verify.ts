/** @file Verification: scored pairs become a result with its protocol and its uncertainty. */
import { atOnce, breather, pause, withRests, type Pieces } from '../base/breather.ts'
import { DataError } from '../base/errors.ts'
import { given } from '../base/given.ts'
import { agreeing, counted } from '../base/words.ts'
import { mean } from '../tensor/statistics.ts'
import { type OwnedScore, pairIntervals } from './bootstrap.ts'
import { cosine } from './features.ts'
import type { FlipRule, TemplateSet } from './features.ts'
import { type FoldJudgement, foldSpread, judgeFolds } from './folds.ts'
import {
  identitiesOf,
  type PeopleOfPairs,
  peopleOf,
  sharedBetween,
  sharedBetweenFolds,
} from './identities.ts'
import { insufficientPairs, type Pair, type PairSet } from './pair.ts'
import { peopleInterval } from './people-interval.ts'
import { protocolSentence } from './protocol.ts'
import type { Interval, ScoredPair, TarAtFar, VerificationResult } from './result.ts'
import { auc, eer, roc } from './roc.ts'
import type { Roc } from './roc.ts'
import { bestThreshold, operatingPoint } from './threshold.ts'

/** FARs a result reports. */
export const reportedFars: readonly number[] = [1e-1, 1e-2, 1e-3, 1e-4]

/** A threshold chosen on other pairs. */
export interface ThresholdFrom {
  readonly threshold: number
  /** What it was chosen on, in words: a file's name, "validation identities". */
  readonly source: string
  /** Whether the threshold was given as a number, and not chosen here. @defaultValue false */
  readonly given?: boolean
  /** Who was on those pairs, to see whether anybody is on these too. */
  readonly identities?: ReadonlySet<string>
}

export interface VerifyOptions {
  readonly folds: PairSet['folds']
  readonly flip: FlipRule
  /** What the templates are, in words, where no flip rule of ours made them. */
  readonly features?: string
  /** Judge all pairs with this threshold instead of choosing one on the other folds. */
  readonly thresholdFrom?: ThresholdFrom
  /** Each fold's threshold, where another rule has chosen it on the other folds. */
  readonly thresholdOf?: (fold: number) => number
  readonly skipped?: number
  /** The model's id. */
  readonly model?: string
  /** The seed of drawn pairs; the bootstrap uses it too. @defaultValue 0 */
  readonly seed?: number
  /** Bootstrap replicates for the intervals of TAR, AUC and EER; 0 leaves them out. @defaultValue 1000 */
  readonly replicates?: number
  readonly warnings?: readonly string[]
}

// pairs scored between two rests: a few milliseconds' worth
const piece = 500

/** Scores pairs by the cosine of their templates, in pieces. @throws DataError on a pair without a template */
export function* scoring(pairs: readonly Pair[], templates: TemplateSet): Pieces<ScoredPair[]> {
  const { data, size } = templates
  const rows = new Map(templates.names.map((name, row) => [name, row * size]))
  const rowOf = (name: string): number => {
    const row = rows.get(name)
    if (row === undefined) throw new DataError(`There is no template of ${name}`)
    return row
  }
  const scored: ScoredPair[] = []
  for (const pair of pairs) {
    if (scored.length % piece === 0) yield
    scored.push({ ...pair, score: cosine(data, rowOf(pair.a), data, rowOf(pair.b), size) })
  }
  return scored
}

/** The same at once. @throws DataError on a pair without a template */
export function scorePairs(pairs: readonly Pair[], templates: TemplateSet): ScoredPair[] {
  return atOnce(scoring(pairs, templates))
}

/** The threshold that decides these pairs best, to be used on others. */
export function thresholdFrom(scored: readonly ScoredPair[], source: string): ThresholdFrom {
  return {
    threshold: bestThreshold(roc(scored)).threshold,
    source,
    identities: new Set(identitiesOf(scored).flat()),
  }
}

const ownedBy = (scored: readonly ScoredPair[]): readonly OwnedScore[] => {
  const owners = identitiesOf(scored)
  return scored.map(({ same, score }, i) => ({ same, score, identities: owners[i] ?? (['', ''] as const) }))
}

/** FARs that these pairs can carry. */
const carriedBy = ({ different }: Roc): readonly number[] =>
  reportedFars.filter((far) => far * different >= 10 - 1e-9)

const tarAtFar = (curve: Roc, intervals: readonly (Interval | undefined)[]): readonly TarAtFar[] => {
  const carried = carriedBy(curve)
  return reportedFars.map((far) => {
    const index = carried.indexOf(far)
    if (index < 0) {
      return { far, ...given({ insufficient: insufficientPairs(curve.different, far) }) }
    }
    const { tar, threshold } = operatingPoint(curve, far)
    const interval = intervals[index]
    return { far, tar, threshold, ...given({ interval }) }
  })
}

const warningsOf = (scored: readonly ScoredPair[], options: VerifyOptions, folds: number): string[] => {
  const warnings = [...(options.warnings ?? [])]
  const from = options.thresholdFrom
  if (from !== undefined) {
    const shared = from.identities === undefined ? 0 : sharedBetween(scored, from.identities)
    if (shared > 0) {
      warnings.push(
        `${counted(shared, 'person', 'people')} ${agreeing(shared, 'is', 'are')} both on these pairs and on those the threshold was chosen on (${from.source}); ` +
          'the accuracy is likely too high',
      )
    }
  } else if (folds === 1) {
    warnings.push(
      'There is one fold only: the threshold was chosen on the pairs it is judged by, which flatters it',
    )
  } else {
    const shared = sharedBetweenFolds(scored)
    if (shared > 0) {
      warnings.push(
        `${counted(shared, 'person', 'people')} ${agreeing(shared, 'appears', 'appear')} in more than one fold: the threshold was chosen on pairs with people it is judged by`,
      )
    }
  }
  const { skipped = 0 } = options
  if (skipped > 0) {
    warnings.push(
      `${counted(skipped, 'pair')} ${agreeing(skipped, 'was', 'were')} left out since an image is missing; the protocol asks for all`,
    )
  }
  return warnings
}

/**
 * Judges scored pairs.
 * @throws DataError without pairs of both kinds, or on a score that is no finite number
 */
export function verifyScores(scored: readonly ScoredPair[], options: VerifyOptions): VerificationResult {
  const curve = roc(scored)
  const people = peopleOf(scored)
  const owned = ownedBy(scored)
  const { replicates = 1000, seed = 0 } = options
  const around =
    replicates > 0 ? pairIntervals(owned, { fars: carriedBy(curve), seed, replicates }) : { tar: [] }
  const judged = judgeFolds(scored, options.thresholdOf ?? options.thresholdFrom?.threshold)
  const folds = judged.accuracies.length
  const spread = foldSpread(judged.accuracies)
  const thresholds =
    options.thresholdFrom === undefined ? judged.thresholds : [options.thresholdFrom.threshold]
  return {
    schema: 'cosface-evaluation/1',
    protocol: `${protocolSentence(options, folds)}; ${people.words}`,
    accuracy: mean(judged.accuracies),
    ...spread,
    accuracyInterval: accuracyInterval(people, judged),
    threshold: mean(thresholds),
    thresholds,
    auc: auc(curve),
    ...given({ aucInterval: around.auc }),
    eer: eer(curve),
    ...given({ eerInterval: around.eer }),
    tarAtFar: tarAtFar(curve, around.tar),
    pairs: {
      total: scored.length,
      same: curve.same,
      different: curve.different,
      skipped: options.skipped ?? 0,
    },
    ...given({ model: options.model, seed: options.seed }),
    warnings: warningsOf(scored, options, folds),
  }
}

/** Of the mean over folds, thresholds kept. */
function accuracyInterval(
  { first, second }: PeopleOfPairs,
  { right, weights }: Pick<FoldJudgement, 'right' | 'weights'>,
): Interval {
  const hits = weights.map((weight, i) => weight * (right[i] ?? NaN))
  return peopleInterval({ hits, totals: weights, first, second })
}

/** A result and the pairs it rests on. */
export interface Verification {
  readonly result: VerificationResult
  readonly scored: readonly ScoredPair[]
}

type JudgeOptions = Omit<VerifyOptions, 'folds' | 'skipped'>

/** Judges the scored pairs of a set. */
export function judge(set: PairSet, scored: readonly ScoredPair[], options: JudgeOptions): Verification {
  const seed = options.seed ?? set.seed
  return {
    scored,
    result: verifyScores(scored, {
      ...options,
      folds: set.folds,
      skipped: set.skipped,
      ...given({ seed }),
    }),
  }
}

/** Scores the pairs of a set by their templates and judges them. */
export function verify(set: PairSet, templates: TemplateSet, options: JudgeOptions): Verification {
  return judge(set, scorePairs(set.pairs, templates), options)
}

/** The same beside other work of the thread. */
export async function verifyResting(
  set: PairSet,
  templates: TemplateSet,
  options: JudgeOptions,
): Promise<Verification> {
  const scored = await withRests(scoring(set.pairs, templates), breather())
  await pause()
  return judge(set, scored, options)
}
