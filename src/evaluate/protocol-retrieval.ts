/**
 * @file Retrieval as metric learning reports it: every image searches among all others. Precision at 1, R-precision and MAP@R,
 * where R is how many others show the same person.
 */
import { DataError } from '../base/errors.ts'
import { random } from '../base/random.ts'
import { quantile } from '../tensor/statistics.ts'
import type { Interval } from './result.ts'

export interface RetrievalFigure {
  readonly value: number
  /** Over people drawn with replacement. */
  readonly interval?: Interval
}

export interface RetrievalResult {
  readonly schema: 'cosface-retrieval/1'
  readonly protocol: string
  readonly precisionAt1: RetrievalFigure
  readonly rPrecision: RetrievalFigure
  readonly mapAtR: RetrievalFigure
  readonly queries: number
  /** Images whose person has no other; they are searched for but do not search. */
  readonly alone: number
  readonly people: number
  readonly seed: number
}

interface QueryFigures {
  readonly atOne: number
  readonly rPrecision: number
  readonly averagePrecision: number
}

/** The R highest scores' positions, best first; among equals the lower position. */
const nearest = (scores: Float64Array, self: number, count: number): number[] => {
  const best: number[] = []
  for (let i = 0; i < scores.length; i++) {
    if (i === self) continue
    const last = best.at(-1)
    if (best.length === count && last !== undefined && scores[i]! <= scores[last]!) continue
    let low = 0
    let high = best.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (scores[best[middle]!]! >= scores[i]!) low = middle + 1
      else high = middle
    }
    best.splice(low, 0, i)
    if (best.length > count) best.pop()
  }
  return best
}

const judgeQuery = (found: readonly number[], labels: Int32Array, label: number): QueryFigures => {
  let hits = 0
  let precisions = 0
  found.forEach((position, place) => {
    if (labels[position] !== label) return
    hits++
    precisions += hits / (place + 1)
  })
  return {
    atOne: labels[found[0]!] === label ? 1 : 0,
    rPrecision: hits / found.length,
    averagePrecision: precisions / found.length,
  }
}

/**
 * Retrieval figures of templates [N, D] of length 1 with a person each; a query's average precision divides by R, as MAP@R does.
 * @throws DataError where no person has two images, or on a score that is no finite number
 */
export function retrievalProtocol(
  data: Float32Array,
  size: number,
  labels: Int32Array,
  options: { readonly seed?: number; readonly replicates?: number } = {},
): RetrievalResult {
  const count = labels.length
  const perPerson = new Map<number, number>()
  for (const label of labels) perPerson.set(label, (perPerson.get(label) ?? 0) + 1)
  const scores = new Float64Array(count)
  const figures: (QueryFigures & { readonly label: number })[] = []
  for (let query = 0; query < count; query++) {
    const label = labels[query]!
    const others = (perPerson.get(label) ?? 1) - 1
    if (others === 0) continue
    for (let i = 0; i < count; i++) {
      let score = 0
      for (let k = 0; k < size; k++) score += data[query * size + k]! * data[i * size + k]!
      scores[i] = score
      if (!Number.isFinite(score))
        throw new DataError(`Image ${i + 1} has the score ${score}; no result is given`)
    }
    figures.push({ label, ...judgeQuery(nearest(scores, query, others), labels, label) })
  }
  if (figures.length === 0) throw new DataError('Expected at least one person with two images')
  const seed = options.seed ?? 0
  const figure = (of: (query: QueryFigures) => number): RetrievalFigure =>
    averaged(
      figures.map(({ label, ...query }) => ({ label, value: of(query) })),
      seed,
      options.replicates ?? 1000,
    )
  return {
    schema: 'cosface-retrieval/1',
    protocol:
      'each image searches all others by cosine, the first listed before its equals; R is how many others show the same person; ' +
      'precision at 1, share of the person among the first R, and mean over those R of precision at each hit; people drawn for intervals',
    precisionAt1: figure(({ atOne }) => atOne),
    rPrecision: figure(({ rPrecision }) => rPrecision),
    mapAtR: figure(({ averagePrecision }) => averagePrecision),
    queries: figures.length,
    alone: count - figures.length,
    people: perPerson.size,
    seed,
  }
}

const averaged = (
  values: readonly { readonly label: number; readonly value: number }[],
  seed: number,
  replicates: number,
): RetrievalFigure => {
  const sums = new Map<number, { sum: number; count: number }>()
  for (const { label, value } of values) {
    const entry = sums.get(label) ?? { sum: 0, count: 0 }
    sums.set(label, entry)
    entry.sum += value
    entry.count++
  }
  const people = [...sums.values()]
  const share = (drawn: readonly { readonly sum: number; readonly count: number }[]): number =>
    drawn.reduce((sum, entry) => sum + entry.sum, 0) / drawn.reduce((sum, entry) => sum + entry.count, 0)
  const value = share(people)
  if (people.length < 2 || replicates === 0) return { value }
  const stream = random(seed, 'retrieval')
  const draws = Float64Array.from({ length: replicates }, () =>
    share(people.map(() => people[stream.integer(people.length)]!)),
  ).sort()
  return { value, interval: { low: quantile(draws, 0.025), high: quantile(draws, 0.975) } }
}
