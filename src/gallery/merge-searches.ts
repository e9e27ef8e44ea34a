/** @file Searches of the parts of one gallery, put together to the search of all of it. */
import type { Candidate } from './decision.ts'
import type { ReferenceCounts } from './thresholds.ts'

/** The `k` best of what each part found for one face; each person is in one part alone. */
export function mergeCandidates(parts: readonly (readonly Candidate[])[], k: number): readonly Candidate[] {
  return parts
    .flat()
    .toSorted((a, b) => b.score - a.score || a.person - b.person)
    .slice(0, k)
}

/** People by how many references they have, over all parts. */
export function mergeCounts(parts: readonly ReferenceCounts[]): ReferenceCounts {
  const all = new Map<number, number>()
  for (const [references, people] of parts.flatMap((part) => [...part]))
    all.set(references, (all.get(references) ?? 0) + people)
  return all
}
