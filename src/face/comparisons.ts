/** @file Comparisons of labelled faces, made as the scoring rule wants them: every face with every other, or with a person's references. */
import { DataError } from '../base/errors.ts'
import { random, shuffled } from '../base/random.ts'
import type { ScoringRule } from './calibration.ts'

/** Scores with who is on both sides; a comparison of one person has `first` and `second` equal. */
export interface Comparisons {
  readonly people: number
  readonly first: Int32Array
  readonly second: Int32Array
  readonly scores: Float32Array
  /** Comparisons of one person that could not be made, because a photograph gave no face. */
  readonly failedMated: readonly { readonly person: number; readonly count: number }[]
}

/** Faces with the number of the person on each. */
export interface LabelledFaces {
  /** [N, size], each row of length 1. */
  readonly embeddings: Float32Array
  readonly size: number
  /** [N], from 0. */
  readonly person: Int32Array
  readonly people: number
  /** Photographs of each person that gave no usable face, by person. */
  readonly failed: ReadonlyMap<number, number>
}

/** Above this a calibration would take minutes and gigabytes. */
const mostComparisons = 20_000_000

const dot = ({ embeddings, size }: LabelledFaces, a: number, other: Float32Array, b: number): number => {
  let sum = 0
  for (let i = 0; i < size; i++) sum += (embeddings[a * size + i] ?? NaN) * (other[b * size + i] ?? NaN)
  return sum
}

class Growing {
  readonly #first: Int32Array
  readonly #second: Int32Array
  readonly #scores: Float32Array
  #count = 0

  constructor(most: number) {
    this.#first = new Int32Array(most)
    this.#second = new Int32Array(most)
    this.#scores = new Float32Array(most)
  }

  add(first: number, second: number, score: number): void {
    this.#first[this.#count] = first
    this.#second[this.#count] = second
    this.#scores[this.#count] = score
    this.#count++
  }

  done(people: number, failedMated: Comparisons['failedMated']): Comparisons {
    return {
      people,
      first: this.#first.subarray(0, this.#count),
      second: this.#second.subarray(0, this.#count),
      scores: this.#scores.subarray(0, this.#count),
      failedMated,
    }
  }
}

const checkCount = (count: number): void => {
  if (count > mostComparisons)
    throw new DataError(
      `${count.toLocaleString('en-US')} comparisons are more than ${mostComparisons.toLocaleString('en-US')}; calibrate on fewer people`,
    )
}

/** Every face with every other. */
const allPairs = (faces: LabelledFaces): Comparisons => {
  const count = faces.person.length
  checkCount((count * (count - 1)) / 2)
  const found = new Growing((count * (count - 1)) / 2)
  for (let a = 0; a < count; a++)
    for (let b = a + 1; b < count; b++)
      found.add(faces.person[a] ?? NaN, faces.person[b] ?? NaN, dot(faces, a, faces.embeddings, b))
  const good = new Map<number, number>()
  for (const person of faces.person) good.set(person, (good.get(person) ?? 0) + 1)
  const failedMated = [...faces.failed].map(([person, bad]) => {
    const rest = good.get(person) ?? 0
    return { person, count: bad * rest + (bad * (bad - 1)) / 2 }
  })
  return found.done(
    faces.people,
    failedMated.filter(({ count: missed }) => missed > 0),
  )
}

/**
 * Everybody's references, drawn by the seed, with all other faces. Only people with `references` + 1 faces have a comparison of
 * their own; those with enough for references alone still stand for strangers.
 */
const withReferences = (
  faces: LabelledFaces,
  { rule, references }: ScoringRule,
  seed: number,
): Comparisons => {
  const { person, people } = faces
  const of = Array.from({ length: people }, (): number[] => [])
  person.forEach((owner, row) => of[owner]?.push(row))
  const owners = of.flatMap((rows, owner) =>
    rows.length < references
      ? []
      : [{ owner, rows: shuffled(rows, random(seed, 'references', owner)).slice(0, references) }],
  )
  const taken = new Set(owners.flatMap(({ rows }) => rows))
  const probes = [...person.keys()].filter((row) => !taken.has(row))
  checkCount(owners.length * probes.length)
  const found = new Growing(owners.length * probes.length)
  for (const { owner, rows } of owners) {
    const template = rule === 'mean' ? meanOf(faces, rows) : undefined
    for (const probe of probes) {
      const score =
        template === undefined
          ? Math.max(...rows.map((row) => dot(faces, probe, faces.embeddings, row)))
          : dot(faces, probe, template, 0)
      found.add(person[probe] ?? NaN, owner, score)
    }
  }
  const failedMated = owners.flatMap(({ owner }) => {
    const count = faces.failed.get(owner) ?? 0
    return count === 0 ? [] : [{ person: owner, count }]
  })
  return found.done(people, failedMated)
}

const meanOf = ({ embeddings, size }: LabelledFaces, rows: readonly number[]): Float32Array => {
  const mean = new Float64Array(size)
  for (const row of rows)
    for (let i = 0; i < size; i++) mean[i] = (mean[i] ?? NaN) + (embeddings[row * size + i] ?? NaN)
  const length = Math.hypot(...mean)
  if (!(length > 1e-6))
    throw new DataError('The references of a person cancel out; their mean has no direction')
  return Float32Array.from(mean, (value) => value / length)
}

/** Comparisons as the scoring rule wants them. @throws DataError where they are too many */
export function comparisonsOf(faces: LabelledFaces, scoring: ScoringRule, seed = 1): Comparisons {
  return scoring.rule === 'pair' ? allPairs(faces) : withReferences(faces, scoring, seed)
}
