/**
 * @file Unlabelled faces into people. Average linkage over the nearest neighbours: two groups join while their faces have a mean
 * cosine at or above the threshold, the most similar pair of faces first. The result is that of the set of faces, not of the
 * order in which they came.
 */
import { DataError } from '../base/errors.ts'
import { clusterNeighbours, type Neighbours } from './cluster-neighbours.ts'
import { Groups } from './cluster-groups.ts'
import type { Scorer } from './score-blocks.ts'

/** A face to be put to others of the same person. */
export interface ClusterFace {
  /** Never given to another face. */
  readonly id: number
  /** Faces of one photograph are different people, unless somebody said otherwise. */
  readonly photograph: string
  /** Of length 1. */
  readonly embedding: Float32Array
  /** A poor face joins others but founds nobody. @defaultValue false */
  readonly isPoor?: boolean
}

/** Two faces that are the same person, or never. */
export interface FaceLink {
  readonly kind: 'must' | 'cannot'
  readonly first: number
  readonly second: number
}

export interface ClusterRequest {
  readonly faces: readonly ClusterFace[]
  /** The mean cosine from which two groups are one person. */
  readonly threshold: number
  readonly links?: readonly FaceLink[]
  /** Face → cluster of an earlier run, so that clusters keep their numbers. */
  readonly before?: ReadonlyMap<number, number>
  readonly scorer: Scorer
  /** Neighbours looked at for each face. @defaultValue 50 */
  readonly neighbours?: number
  readonly signal?: AbortSignal
}

/** Face → cluster; poor faces near nobody are in none. */
export type Clusters = ReadonlyMap<number, number>

const usualNeighbours = 50

/** Puts faces into people. @throws DataError where links contradict each other */
export async function clusterFaces(request: ClusterRequest): Promise<Clusters> {
  const {
    threshold,
    links = [],
    before = new Map<number, number>(),
    scorer,
    neighbours = usualNeighbours,
  } = request
  // by number: what is equal is then decided alike, whatever the order of arrival
  const faces = request.faces.toSorted((a, b) => a.id - b.id)
  const rowOf = new Map(faces.map(({ id }, row) => [id, row]))
  if (rowOf.size !== faces.length) throw new DataError('Expected every face to have its own number')
  const groups = new Groups(faces.map(({ embedding }) => embedding))
  applyLinks(groups, faces, links, rowOf)
  const near = await clusterNeighbours(faces, scorer, neighbours, threshold, request.signal)
  joinAll(groups, faces, near, threshold)
  joinPoor(groups, faces, near, threshold)
  return numbered(groups, faces, before)
}

const applyLinks = (
  groups: Groups,
  faces: readonly ClusterFace[],
  links: readonly FaceLink[],
  rowOf: ReadonlyMap<number, number>,
): void => {
  const rows = (kind: FaceLink['kind']): readonly (readonly [number, number])[] =>
    links.flatMap((link) => {
      const [first, second] = [rowOf.get(link.first), rowOf.get(link.second)]
      return link.kind !== kind || first === undefined || second === undefined
        ? []
        : [[first, second] as const]
    })
  for (const [first, second] of rows('must')) groups.join(first, second)
  for (const [first, second] of rows('cannot')) {
    if (groups.of(first) === groups.of(second))
      throw new DataError(
        `The faces ${faces[first]?.id} and ${faces[second]?.id} were said to be the same person and to be different ones; take one of the two back`,
      )
    groups.separate(first, second)
  }
  for (const together of byPhotograph(faces).values())
    for (const [at, first] of together.entries())
      for (const second of together.slice(at + 1))
        if (groups.of(first) !== groups.of(second)) groups.separate(first, second)
}

const byPhotograph = (faces: readonly ClusterFace[]): ReadonlyMap<string, readonly number[]> => {
  const all = new Map<string, number[]>()
  faces.forEach(({ photograph }, row) => {
    const together = all.get(photograph)
    if (together === undefined) all.set(photograph, [row])
    else together.push(row)
  })
  return all
}

const joinAll = (
  groups: Groups,
  faces: readonly ClusterFace[],
  near: Neighbours,
  threshold: number,
): void => {
  for (const { first, second } of near) {
    if (faces[first]?.isPoor === true || faces[second]?.isPoor === true) continue
    if (groups.mayJoin(first, second) && groups.meanCosine(first, second) >= threshold)
      groups.join(first, second)
  }
}

/** Poor faces go to the nearest group that is a person already. */
const joinPoor = (
  groups: Groups,
  faces: readonly ClusterFace[],
  near: Neighbours,
  threshold: number,
): void => {
  const best = new Map<number, { readonly row: number; readonly cosine: number }>()
  for (const { first, second } of near) {
    for (const [poor, other] of [
      [first, second],
      [second, first],
    ] as const) {
      if (faces[poor]?.isPoor !== true || faces[other]?.isPoor === true || !groups.mayJoin(poor, other))
        continue
      const cosine = groups.meanCosine(poor, other)
      if (cosine >= threshold && cosine > (best.get(poor)?.cosine ?? -1))
        best.set(poor, { row: other, cosine })
    }
  }
  const falling = [...best].toSorted(([a, x], [b, y]) => y.cosine - x.cosine || a - b)
  for (const [poor, { row }] of falling) if (groups.mayJoin(poor, row)) groups.join(poor, row)
}

/** Numbers the groups: the number of the cluster before with which a group shares most faces, or a new one. */
const numbered = (
  groups: Groups,
  faces: readonly ClusterFace[],
  before: ReadonlyMap<number, number>,
): Clusters => {
  const members = new Map<number, number[]>()
  const founded = new Set<number>()
  faces.forEach(({ isPoor }, row) => {
    const group = groups.of(row)
    const known = members.get(group)
    if (known !== undefined) known.push(row)
    else members.set(group, [row])
    // a group of poor faces alone is nobody
    if (isPoor !== true) founded.add(group)
  })
  const shared: { readonly group: number; readonly cluster: number; readonly count: number }[] = []
  for (const [group, rows] of members) {
    const counts = new Map<number, number>()
    for (const row of rows) {
      const cluster = before.get(faces[row]?.id ?? -1)
      if (cluster !== undefined) counts.set(cluster, (counts.get(cluster) ?? 0) + 1)
    }
    for (const [cluster, count] of counts) shared.push({ group, cluster, count })
  }
  shared.sort((a, b) => b.count - a.count || a.cluster - b.cluster || a.group - b.group)
  const numbers = new Map<number, number>()
  const taken = new Set<number>()
  for (const { group, cluster } of shared) {
    if (numbers.has(group) || taken.has(cluster)) continue
    numbers.set(group, cluster)
    taken.add(cluster)
  }
  // a number that ever stood for somebody does not come to stand for another
  let next = Math.max(0, ...before.values()) + 1
  const clusters = new Map<number, number>()
  for (const [group, rows] of members) {
    if (!founded.has(group)) continue
    const number = numbers.get(group) ?? next++
    for (const row of rows) clusters.set(faces[row]?.id ?? -1, number)
  }
  return clusters
}
