/** @file From each protocol's result to an evaluation: figures, curves, and what each pair or search came to. */
import { openCurve, cmcCurve, megafaceCurves } from './curves.ts'
import { namesPeople, type PeopleOfPairs, peopleOf } from '../identities.ts'
import { peopleInterval } from '../people-interval.ts'
import type { Interval } from '../result.ts'
import type { GroupsResult } from './groups.ts'
import type { IdentificationResult, Searches } from './identify.ts'
import type { TemplateVerificationResult } from './ijb.ts'
import { templateCurve, templateFars } from './ijb.ts'
import type { InsightfaceResult } from './insightface.ts'
import type { MegafaceRun } from './megaface.ts'
import { oneToManyErrors, oneToOneErrors } from './nist.ts'
import type { Outcomes } from './outcomes.ts'
import { insightfaceOutcomes, pairOutcomes, searchOutcomes } from './outcomes.ts'
import type { ProtocolRecord } from './record.ts'
import { type ProtocolEvaluation, protocolEvaluation, type ProtocolParts } from './report.ts'
import type { RetrievalResult } from './retrieval.ts'
import type { SortedScores } from './sorted.ts'
import { sortScores } from './sorted.ts'
import { rocPoints, roc } from '../roc.ts'
import { reportedFars, type Verification } from '../verify.ts'

/** Who was evaluated, and the record of it. */
export interface Evaluated {
  /** What plots and tables call the model. */
  readonly name: string
  readonly record: ProtocolRecord
}

const sortedBy = (scored: Verification['scored']): SortedScores => {
  const of = (same: boolean): Float64Array =>
    Float64Array.from(scored.filter((pair) => pair.same === same).map(({ score }) => score))
  return sortScores(of(true), of(false))
}

/** Pairs judged by cosine: LFW, CFP, AgeDB-30, CALFW, CPLFW, YTF, packs, any list. */
export function pairEvaluation(
  { name, record }: Evaluated,
  { result, scored }: Verification,
  more: { readonly groups?: readonly GroupsResult[]; readonly retrieval?: RetrievalResult } = {},
): ProtocolEvaluation {
  const { same, different } = sortedBy(scored)
  const { first } = peopleOf(scored)
  const mated = [...scored.entries()].filter(([, pair]) => pair.same)
  const people = mated.map(([i]) => first[i] ?? NaN)
  const interval = (threshold: number): Interval =>
    peopleInterval({ hits: mated.map(([, { score }]) => (score < threshold ? 1 : 0)), first: people })
  return protocolEvaluation({
    name,
    record,
    results: [
      result,
      oneToOneErrors({ mated: same, nonMated: different, interval }, reportedFars),
      ...(more.retrieval === undefined ? [] : [more.retrieval]),
      ...(more.groups ?? []),
    ],
    curves: { roc: rocPoints(roc(scored)).map(({ far, tar }) => ({ far, tar })) },
    outcomes: pairOutcomes(scored, result),
    people: namesPeople(scored) ? scored.flatMap(({ identities }) => identities ?? []) : undefined,
  })
}

/** A pack judged as insightface does it; `distances` are squared, in the pack's order. */
export function insightfaceEvaluation(
  { name, record }: Evaluated,
  result: InsightfaceResult,
  distances: Float64Array,
  same: readonly boolean[],
  people?: PeopleOfPairs,
): ProtocolEvaluation {
  // a cosine of 1 − d²/2 orders pairs as their distance does
  const scored = same.map((isSame, i) => ({ same: isSame, score: 1 - (distances[i] ?? 0) / 2 }))
  return protocolEvaluation({
    name,
    record,
    results: [result],
    curves: { roc: rocPoints(roc(scored)).map(({ far, tar }) => ({ far, tar })) },
    outcomes: insightfaceOutcomes(distances, same, result, people),
  })
}

/** What a template benchmark came to. */
export interface TemplateEvaluation {
  readonly verification: TemplateVerificationResult
  /** The scores `verifyTemplates` has sorted in place. */
  readonly scores: SortedScores
  /** The interval of the share of one person's pairs that reach a threshold, over people. */
  readonly accepted: (threshold: number) => Interval | undefined
  /** What each pair of one person came to, from `templateOutcomes`, taken before the scores were sorted. */
  readonly outcomes?: readonly Outcomes[]
  readonly identification?: IdentificationResult
  readonly searches?: readonly Searches[]
  /** What a reader must know, such as images left out. */
  readonly warnings?: readonly string[]
}

/** IJB-B and -C: pairs of templates, and searches where the benchmark has galleries. */
export function templateEvaluation(
  { name, record }: Evaluated,
  { verification, scores, accepted, outcomes, identification, searches, warnings = [] }: TemplateEvaluation,
): ProtocolEvaluation {
  const searched = searches ?? []
  const interval = (threshold: number): Interval | undefined => {
    const found = accepted(threshold)
    return found === undefined ? undefined : { low: 1 - found.high, high: 1 - found.low }
  }
  const [first] = searched
  return protocolEvaluation({
    name,
    record,
    warnings,
    results: [
      verification,
      oneToOneErrors({ mated: scores.same, nonMated: scores.different, interval }, templateFars),
      ...(identification === undefined ? [] : [identification]),
      ...(first === undefined || searched.some(({ mate, nonMated }) => mate.length * nonMated.length === 0)
        ? []
        : searched.map((one) => oneToManyErrors(one))),
    ],
    curves: {
      roc: templateCurve(scores).map(({ far, tar }) => ({ far, tar })),
      ...(searched.length === 0 ? {} : { cmc: cmcCurve(searched), open: openCurve(searched) }),
    },
    outcomes: [
      ...(outcomes ?? []),
      ...(identification === undefined ? [] : searchOutcomes(searched, identification.galleries)),
    ],
  })
}

/** Probes among distractors. */
export function megafaceEvaluation(
  { name, record }: Evaluated,
  { result, outcomes }: MegafaceRun,
  more: Pick<ProtocolParts, 'warnings' | 'people'> = {},
): ProtocolEvaluation {
  const curves = megafaceCurves(result)
  return protocolEvaluation({ name, record, results: [result], curves, outcomes, ...more })
}

/** Retrieval alone, for embeddings with labels and no pairs. */
export function retrievalEvaluation(
  { name, record }: Evaluated,
  result: RetrievalResult,
  more: Pick<ProtocolParts, 'warnings' | 'people'> = {},
): ProtocolEvaluation {
  return protocolEvaluation({ name, record, results: [result], ...more })
}
