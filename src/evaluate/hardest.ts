/** @file The pairs a model finds hardest. */
import type { ScoredPair } from './result.ts'

/** Pairs of one kind, the worst first: the lowest scores of one person, the highest of two. */
export interface HardestPairs {
  readonly same: readonly ScoredPair[]
  readonly different: readonly ScoredPair[]
}

/** The `count` hardest pairs of each kind; equal scores keep the order of the list. */
export function hardestPairs(scored: readonly ScoredPair[], count: number): HardestPairs {
  return {
    same: scored
      .filter(({ same }) => same)
      .sort((a, b) => a.score - b.score)
      .slice(0, count),
    different: scored
      .filter(({ same }) => !same)
      .sort((a, b) => b.score - a.score)
      .slice(0, count),
  }
}
