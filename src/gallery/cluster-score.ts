/** @file How well clusters fit the people they should be: the field's two measures. */

/** Precision, recall and their harmonic mean, 0 to 1. */
export interface FScore {
  readonly precision: number
  readonly recall: number
  readonly f: number
}

export interface ClusterScore {
  /** Over pairs of faces: in one cluster and of one person. */
  readonly pairwise: FScore
  /** Over faces: of a face’s cluster the share that is its person’s, of its person the share in its cluster (Bagga and Baldwin 1998). */
  readonly bcubed: FScore
}

const harmonic = (precision: number, recall: number): FScore => ({
  precision,
  recall,
  f: precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall),
})

const pairsOf = (count: number): number => (count * (count - 1)) / 2

/** Scores clusters against people, both given for each face in order. */
export function scoreClusters(
  clusters: readonly (number | string)[],
  people: readonly (number | string)[],
): ClusterScore {
  if (clusters.length !== people.length)
    throw new RangeError(`Expected as many clusters as people, got ${clusters.length} and ${people.length}`)
  const count = (keys: readonly (number | string)[]): Map<number | string, number> => {
    const counts = new Map<number | string, number>()
    for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1)
    return counts
  }
  const [ofCluster, ofPerson] = [count(clusters), count(people)]
  const both = new Map<number | string, Map<number | string, number>>()
  clusters.forEach((cluster, i) => {
    const person = people[i] ?? ''
    const inner = both.get(cluster) ?? new Map<number | string, number>()
    both.set(cluster, inner)
    inner.set(person, (inner.get(person) ?? 0) + 1)
  })
  let [joint, precision, recall] = [0, 0, 0]
  for (const [cluster, inner] of both) {
    for (const [person, here] of inner) {
      joint += pairsOf(here)
      precision += here ** 2 / (ofCluster.get(cluster) ?? NaN)
      recall += here ** 2 / (ofPerson.get(person) ?? NaN)
    }
  }
  const sum = (counts: ReadonlyMap<number | string, number>): number =>
    [...counts.values()].reduce((total, one) => total + pairsOf(one), 0)
  const ratio = (part: number, whole: number): number => (whole === 0 ? 1 : part / whole)
  return {
    pairwise: harmonic(ratio(joint, sum(ofCluster)), ratio(joint, sum(ofPerson))),
    bcubed: harmonic(precision / clusters.length, recall / clusters.length),
  }
}
