/** @file Angles within and between identities, from embeddings. */
import { random, shuffled } from '../base/random.ts'
import type { Angles } from './contents.ts'

const degrees = (cosine: number): number => (Math.acos(Math.max(-1, Math.min(1, cosine))) * 180) / Math.PI

const unit = (vector: Float64Array): Float64Array | undefined => {
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0))
  return length > 0 ? vector.map((value) => value / length) : undefined
}

const dot = (a: Float64Array, b: Float64Array): number =>
  a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0)

/** What is measured. */
export interface AngleSource {
  /** Embeddings or templates [N, D]; their lengths do not matter. */
  readonly data: Float32Array
  readonly size: number
  /** The identity of each row. */
  readonly labels: ArrayLike<number>
  readonly name: string
  readonly seed?: number
  /** Most angles of each kind; a seeded sample where there are more. @defaultValue 5000 */
  readonly limit?: number
}

/**
 * Angles in degrees: within, from each row to the mean direction of the *other* rows of its identity (its own row would
 * pull the mean towards itself); between, from mean direction to mean direction. Identities with one row have no within.
 */
export function classAngles(source: AngleSource): Angles {
  const { data, size, labels } = source
  const limit = source.limit ?? 5000
  const rows: { label: number; row: Float64Array }[] = []
  const sums = new Map<number, { sum: Float64Array; count: number }>()
  for (let index = 0; index < labels.length; index++) {
    const row = unit(Float64Array.from(data.subarray(index * size, (index + 1) * size)))
    const label = labels[index]
    if (row === undefined || label === undefined) continue
    rows.push({ label, row })
    const found = sums.get(label) ?? { sum: new Float64Array(size), count: 0 }
    sums.set(label, { sum: found.sum.map((value, i) => value + (row[i] ?? 0)), count: found.count + 1 })
  }
  const within = rows.flatMap(({ label, row }) => {
    const own = sums.get(label)
    const others =
      own === undefined || own.count < 2 ? undefined : unit(own.sum.map((value, i) => value - (row[i] ?? 0)))
    return others === undefined ? [] : [degrees(dot(row, others))]
  })
  const centres = [...sums.values()].map(({ sum }) => unit(sum)).filter((centre) => centre !== undefined)
  const stream = random(source.seed ?? 0, 'angles')
  return {
    name: source.name,
    within: within.length > limit ? shuffled(within, stream).slice(0, limit) : within,
    between: betweenAngles(centres, limit, stream),
  }
}

const betweenAngles = (
  centres: readonly Float64Array[],
  limit: number,
  stream: ReturnType<typeof random>,
): number[] => {
  const angle = (i: number, j: number): number[] => {
    const [a, b] = [centres[i], centres[j]]
    return a === undefined || b === undefined ? [] : [degrees(dot(a, b))]
  }
  const all = (centres.length * (centres.length - 1)) / 2
  if (all <= limit) return centres.flatMap((_, i) => centres.slice(0, i).flatMap((__, j) => angle(i, j)))
  return Array.from({ length: limit }, () => {
    const i = stream.integer(centres.length)
    return angle(i, (i + 1 + stream.integer(centres.length - 1)) % centres.length)
  }).flat()
}
