/**
 * @file Retrieval as metric learning reports it: every image searches among all others. Precision at 1, R-precision and MAP@R,
 * where R is how many others show the same person.
 */
import { DataError } from '../../base/errors.ts'
import { given } from '../../base/given.ts'
import type { OpenRowProduct, ProductBlock, Rows } from '../../tensor/row-product.ts'
import { exactProduct, openPlainProduct, productBlocks, productSlack } from '../../tensor/row-product.ts'
import { drawnInterval, sumByPerson } from '../drawn-people.ts'
import type { Interval } from '../result.ts'

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

/** The highest products of a query so far, descending. */
interface Best {
  readonly values: Float64Array
  filled: number
}

const insert = (best: Best, value: number): void => {
  const { values } = best
  let at = best.filled < values.length ? best.filled++ : values.length - 1
  for (; at > 0; at--) {
    const before = values[at - 1] ?? NaN
    if (before >= value) break
    values[at] = before
  }
  values[at] = value
}

/** The R best of a block's products [N, count] for each of its queries; NaN is refused. */
const bestOf = (
  { start, count, products }: ProductBlock,
  images: number,
  wanted: readonly number[],
): readonly Best[] => {
  const all = wanted.map((places): Best => ({ values: new Float64Array(places), filled: 0 }))
  // what a product must exceed to be among them: most do not
  const least = Float64Array.from(wanted, (places) => (places === 0 ? Infinity : -Infinity))
  for (let image = 0; image < images; image++) {
    for (let query = 0; query < count; query++) {
      const value = products[image * count + query] ?? NaN
      if (!Number.isFinite(value))
        throw new DataError(`Image ${image + 1} has the score ${value}; no result is given`)
      if (value <= (least[query] ?? NaN) || image === start + query) continue
      const best = all[query]
      if (best === undefined) continue
      insert(best, value)
      if (best.filled === best.values.length) least[query] = best.values.at(-1) ?? NaN
    }
  }
  return all
}

/**
 * The positions of each query's R nearest, best first; among equals the lower position. Single precision only chooses who may be
 * among them.
 */
const nearestOf = (rows: Rows, block: ProductBlock, wanted: readonly number[]): readonly number[][] => {
  const { start, count, products } = block
  const images = rows.data.length / rows.size
  const least = bestOf(block, images, wanted).map(({ values, filled }) =>
    filled === 0 ? Infinity : (values[filled - 1] ?? NaN) - productSlack,
  )
  const found = wanted.map((): { image: number; score: number }[] => [])
  for (let image = 0; image < images; image++) {
    for (let query = 0; query < count; query++) {
      if ((products[image * count + query] ?? NaN) < (least[query] ?? NaN)) continue
      if (image === start + query) continue
      found[query]?.push({ image, score: exactProduct(rows, start + query, rows, image) })
    }
  }
  return found.map((near, query) =>
    near
      .sort((a, b) => b.score - a.score || a.image - b.image)
      .slice(0, wanted[query])
      .map(({ image }) => image),
  )
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
    atOne: labels[found[0] ?? -1] === label ? 1 : 0,
    rPrecision: hits / found.length,
    averagePrecision: precisions / found.length,
  }
}

export interface RetrievalOptions {
  readonly seed?: number
  readonly replicates?: number
  /** Who multiplies. @defaultValue plain loops */
  readonly openProduct?: OpenRowProduct
  readonly signal?: AbortSignal
  /** Told of the searches done. */
  readonly onProgress?: (done: number, total: number) => void
}

/**
 * Retrieval figures of templates [N, D] of length 1 with a person each; a query's average precision divides by R, as MAP@R does.
 * Scores are made a block at a time and not kept.
 * @throws DataError where no person has two images, or on a score that is no finite number
 */
export async function retrievalProtocol(
  data: Float32Array,
  size: number,
  labels: Int32Array,
  options: RetrievalOptions = {},
): Promise<RetrievalResult> {
  const count = labels.length
  const perPerson = new Map<number, number>()
  for (const label of labels) perPerson.set(label, (perPerson.get(label) ?? 0) + 1)
  if ([...perPerson.values()].every((images) => images === 1))
    throw new DataError('Expected at least one person with two images')
  const rows: Rows = { data, size }
  const figures: (QueryFigures & { readonly label: number })[] = []
  await using opened = await (options.openProduct ?? openPlainProduct)(rows)
  for await (const block of productBlocks(opened.product, count, rows, options.signal)) {
    const own = labels.subarray(block.start, block.start + block.count)
    const wanted = Array.from(own, (label) => (perPerson.get(label) ?? 1) - 1)
    nearestOf(rows, block, wanted).forEach((found, query) => {
      const label = own[query]
      if (label !== undefined && found.length > 0)
        figures.push({ label, ...judgeQuery(found, labels, label) })
    })
    options.onProgress?.(block.start + block.count, count)
  }
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
  const numbers = new Map([...new Set(values.map(({ label }) => label))].map((label, i) => [label, i]))
  const owners = values.map(({ label }) => numbers.get(label) ?? -1)
  const sums = sumByPerson(owners, numbers.size, (i) => values[i]?.value ?? NaN)
  const sum = (of: Float64Array): number => of.reduce((all, one) => all + one, 0)
  const interval = drawnInterval(sums, { seed, stream: 'retrieval', replicates })
  return { value: sum(sums.hits) / sum(sums.totals), ...given({ interval }) }
}
