/** @file Answers about faces. The nearest person is no answer: only a score at or above a threshold of a stated error rate is. */
import { given } from '../base/given.ts'
import {
  type FmrThreshold,
  type FpirThreshold,
  type ReferenceCounts,
  type ScoreFacts,
  type StrangerScores,
  thresholdForFmr,
  thresholdForFpir,
} from './thresholds.ts'

/** Whether a face is a person. */
export type PersonVerification =
  | ({ readonly decision: 'same' | 'different'; readonly cosine: number } & FmrThreshold)
  | { readonly decision: 'no decision'; readonly cosine?: number; readonly reason: string }

/**
 * Decides whether a score means the same person.
 * @param references how many references the person has; 1 for a single face
 * @param fmr the false-match rate allowed, in (0, 1)
 */
export function decideVerification(
  cosine: number | undefined,
  facts: ScoreFacts,
  references: number,
  fmr: number,
): PersonVerification {
  if (cosine === undefined || !Number.isFinite(cosine))
    return { decision: 'no decision', reason: 'the references give no score' }
  const chosen = thresholdForFmr(facts, references, fmr)
  if (chosen.threshold === undefined) return { decision: 'no decision', cosine, reason: chosen.reason }
  return { decision: cosine >= chosen.threshold ? 'same' : 'different', cosine, ...chosen }
}

/** A person who came up in a search. */
export interface Candidate {
  readonly person: number
  readonly name: string
  readonly score: number
}

/** Who a face is; `unknown` where nobody reaches the threshold. */
export type Identification =
  | ({
      readonly decision: 'person'
      readonly person: Candidate
      readonly runnerUp?: Candidate
      /** How far the person is above the runner-up. */
      readonly margin?: number
    } & FpirThreshold)
  | ({
      readonly decision: 'unknown'
      /** Who came nearest, below the threshold. */
      readonly nearest?: Candidate
      /** Who reached the threshold but was told apart from this face by hand. */
      readonly toldApart?: Candidate
    } & FpirThreshold)
  | { readonly decision: 'no decision'; readonly nearest?: Candidate; readonly reason: string }

/** What a search came to. */
export interface SearchOutcome {
  /** Best first. */
  readonly candidates: readonly Candidate[]
  /** Those told apart from this face by hand. */
  readonly toldApart: ReadonlySet<number>
}

/** What a search is decided by. */
export interface SearchFacts extends ScoreFacts {
  readonly counts: ReferenceCounts
  readonly strangers?: StrangerScores | undefined
}

/** Decides who a face is, at an allowed share `fpir` of strangers who get an answer. */
export function decideIdentification(
  { candidates, toldApart }: SearchOutcome,
  facts: SearchFacts,
  fpir: number,
): Identification {
  const chosen = thresholdForFpir(facts, facts.counts, fpir, facts.strangers)
  if (chosen.threshold === undefined)
    return { decision: 'no decision', reason: chosen.reason, ...given({ nearest: candidates[0] }) }
  const [best, runnerUp] = candidates.filter(({ person }) => !toldApart.has(person))
  if (best === undefined || !(best.score >= chosen.threshold)) {
    const refused = candidates.find(({ person, score }) => toldApart.has(person) && score >= chosen.threshold)
    return { decision: 'unknown', ...chosen, ...given({ nearest: best, toldApart: refused }) }
  }
  return {
    decision: 'person',
    person: best,
    ...(runnerUp === undefined ? {} : { runnerUp, margin: best.score - runnerUp.score }),
    ...chosen,
  }
}
