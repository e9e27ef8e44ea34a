/**
 * @file What embeddings say about identities: images unlike their own person, folders that show one person. Judged by the set
 * itself: two folders are suspicious where they are as alike as images are with the rest of their own folder.
 */

import type { OpenRowProduct, ProductBlock, Rows } from '../../tensor/row-product.ts'
import { exactProduct, openPlainProduct, productBlocks, productSlack } from '../../tensor/row-product.ts'

/** Embeddings [N, D] of length 1 and whose they are; a row of zeros is an image that could not be read. */
export interface LabelledEmbeddings {
  readonly data: Float32Array
  readonly size: number
  readonly identities: Int32Array
}

/** An image that is nearer to somebody else than to the rest of its own folder. */
export interface Outlier {
  readonly image: number
  /** Cosine with the mean of the others of its folder. */
  readonly own: number
  /** The other identity whose mean is nearest, and its cosine. */
  readonly nearest: number
  readonly other: number
}

/** Two identities whose means are as near as one person's images. */
export interface AlikePair {
  readonly first: number
  readonly second: number
  readonly cosine: number
}

interface Centres {
  /** Sums [C, D], not scaled. */
  readonly sums: Float64Array
  /** Means of length 1, [C, D]; zeros without images. */
  readonly units: Float32Array
  readonly counts: Int32Array
}

const centresOf = ({ data, size, identities }: LabelledEmbeddings): Centres => {
  const count = identities.reduce((most, identity) => Math.max(most, identity), -1) + 1
  const sums = new Float64Array(count * size)
  const counts = new Int32Array(count)
  identities.forEach((identity, row) => {
    for (let i = 0; i < size; i++) {
      const at = identity * size + i
      sums[at] = (sums[at] ?? NaN) + (data[row * size + i] ?? NaN)
    }
    counts[identity] = (counts[identity] ?? 0) + 1
  })
  const units = new Float32Array(count * size)
  for (let c = 0; c < count; c++) {
    const sum = sums.subarray(c * size, (c + 1) * size)
    const length = Math.hypot(...sum)
    if (length > 0)
      units.set(
        sum.map((value) => value / length),
        c * size,
      )
  }
  return { sums, units, counts }
}

const dot = (
  a: ArrayLike<number>,
  from: number,
  b: ArrayLike<number>,
  other: number,
  size: number,
): number => {
  let sum = 0
  for (let i = 0; i < size; i++) sum += (a[from + i] ?? NaN) * (b[other + i] ?? NaN)
  return sum
}

/** Each image's cosine with the mean of the others of its identity; NaN where it has none. */
export function ownCosines(embeddings: LabelledEmbeddings): Float64Array {
  const { data, size, identities } = embeddings
  const { sums, counts } = centresOf(embeddings)
  const rest = new Float64Array(size)
  return Float64Array.from(identities, (identity, row) => {
    if ((counts[identity] ?? 0) < 2) return NaN
    for (let i = 0; i < size; i++)
      rest[i] = (sums[identity * size + i] ?? NaN) - (data[row * size + i] ?? NaN)
    const length = Math.hypot(...rest)
    return length > 0 ? dot(data, row * size, rest, 0, size) / length : NaN
  })
}

/**
 * The cosine from which two identities are taken for one: what nine of ten images reach with their own people. At least 0.3, as
 * means of many images are more alike than single ones.
 */
export function alikeThreshold(own: Float64Array): number {
  const known = own.filter((value) => !Number.isNaN(value)).sort()
  return Math.max(0.3, known[Math.floor(known.length / 10)] ?? 1)
}

/** How the comparisons are made. */
export interface ComparingOptions {
  /** Who multiplies. @defaultValue plain loops */
  readonly openProduct?: OpenRowProduct
  readonly signal?: AbortSignal
  /** Told of the rows compared. */
  readonly onProgress?: (done: number, total: number) => void
}

/** Images nearer to another identity's mean than to their own; the most striking first. */
export async function findOutliers(
  embeddings: LabelledEmbeddings,
  own: Float64Array = ownCosines(embeddings),
  options: ComparingOptions = {},
): Promise<Outlier[]> {
  const { size, identities } = embeddings
  const { units, counts } = centresOf(embeddings)
  const low = alikeThreshold(own)
  // most images are well within their folder; only the others are compared with everybody
  const doubtful = Int32Array.from([...identities.keys()].filter((image) => (own[image] ?? NaN) < low))
  const folders = Int32Array.from(doubtful, (image) => identities[image] ?? -1)
  const centres = { data: units, size }
  const rows = { data: rowsAt(embeddings, doubtful), size }
  const nearest = new Int32Array(doubtful.length).fill(-1)
  const best = new Float64Array(doubtful.length).fill(-Infinity)
  await compare(centres, rows, options, ({ start, count, products }) => {
    for (let c = 0; c < counts.length; c++) {
      if (counts[c] === 0) continue
      for (let column = 0; column < count; column++) {
        const at = start + column
        const most = best[at] ?? NaN
        if ((products[c * count + column] ?? NaN) < most - productSlack || c === folders[at]) continue
        const cosine = exactProduct(centres, c, rows, at)
        if (cosine > most) [nearest[at], best[at]] = [c, cosine]
      }
    }
  })
  const outliers = Array.from(doubtful, (image, at): Outlier => ({
    image,
    own: own[image] ?? NaN,
    nearest: nearest[at] ?? -1,
    other: best[at] ?? NaN,
  })).filter((one) => one.nearest >= 0 && one.other > one.own)
  return outliers.sort((a, b) => b.other - b.own - (a.other - a.own) || a.image - b.image)
}

const rowsAt = ({ data, size }: LabelledEmbeddings, rows: Int32Array): Float32Array => {
  const picked = new Float32Array(rows.length * size)
  rows.forEach((row, i) => picked.set(data.subarray(row * size, (row + 1) * size), i * size))
  return picked
}

/** Every row of `held` with every one of `rows`, a block at a time. */
const compare = async (
  held: Rows,
  rows: Rows,
  { openProduct = openPlainProduct, signal, onProgress }: ComparingOptions,
  look: (block: ProductBlock) => void,
): Promise<void> => {
  const [count, total] = [held.data.length / held.size, rows.data.length / rows.size]
  if (count === 0 || total === 0) return
  await using opened = await openProduct(held)
  for await (const block of productBlocks(opened.product, count, rows, signal)) {
    look(block)
    onProgress?.(block.start + block.count, total)
  }
}

/** Pairs of identities of one set that look like one person; the most alike first. */
export async function findAlike(
  embeddings: LabelledEmbeddings,
  threshold: number,
  options: ComparingOptions = {},
): Promise<AlikePair[]> {
  const centres = centresOf(embeddings)
  const found = await alikeCentres(centres, centres, embeddings.size, threshold, options)
  return found.filter(({ first, second }) => first < second)
}

/** Identities of two sets that look like one person: `first` of one, `second` of the other. */
export async function findOverlap(
  a: LabelledEmbeddings,
  b: LabelledEmbeddings,
  threshold: number,
  options: ComparingOptions = {},
): Promise<AlikePair[]> {
  return alikeCentres(centresOf(a), centresOf(b), a.size, threshold, options)
}

const alikeCentres = async (
  a: Centres,
  b: Centres,
  size: number,
  threshold: number,
  options: ComparingOptions,
): Promise<AlikePair[]> => {
  const found: AlikePair[] = []
  const [held, rows] = [
    { data: a.units, size },
    { data: b.units, size },
  ]
  await compare(held, rows, options, ({ start, count, products }) => {
    for (let at = 0; at < products.length; at++) {
      if ((products[at] ?? NaN) < threshold - productSlack) continue
      const [first, second] = [Math.floor(at / count), start + (at % count)]
      if (a.counts[first] === 0 || b.counts[second] === 0) continue
      const cosine = exactProduct(held, first, rows, second)
      if (cosine >= threshold) found.push({ first, second, cosine })
    }
  })
  return found.sort((x, y) => y.cosine - x.cosine || x.first - y.first || x.second - y.second)
}
