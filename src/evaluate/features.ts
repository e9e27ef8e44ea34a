/** @file From raw embeddings to templates, and from templates to scores: the one place where features are fused and normalised. */
import { DataError } from '../base/errors.ts'

/** How an image's and its mirror image's features become one template. */
export type FlipRule = 'concat' | 'sum' | 'none'

/** Names with their templates, `data` is [N, size], every row of length 1. */
export interface TemplateSet {
  readonly names: readonly string[]
  readonly size: number
  readonly data: Float32Array
  /** How long each row was before it got length 1, for what is done to raw features. @defaultValue 1 each */
  readonly lengths?: Float64Array
}

/** The size of a template made of embeddings of size `embeddingSize`. */
export function templateSize(embeddingSize: number, flip: FlipRule): number {
  return flip === 'concat' ? 2 * embeddingSize : embeddingSize
}

/** What a row belongs to, for messages. */
export type RowName = (row: number) => string

/**
 * Scales every row of [N, size] to length 1, in place.
 * @param lengths takes how long each row was
 * @throws DataError on a row that is zero or not finite: it has no direction
 */
export function normalizeRows(
  data: Float32Array,
  size: number,
  nameOf: RowName = (row) => `image ${row + 1}`,
  lengths?: Float64Array,
): Float32Array {
  for (let start = 0; start < data.length; start += size) {
    let square = 0
    for (let i = start; i < start + size; i++) {
      const value = data[i] ?? NaN
      square += value * value
    }
    const length = Math.sqrt(square)
    if (!(length > 0 && Number.isFinite(length))) {
      throw new DataError(
        `The embedding of ${nameOf(start / size)} has the length ${length}; it has no direction`,
      )
    }
    for (let i = start; i < start + size; i++) data[i] = (data[i] ?? NaN) / length
    if (lengths !== undefined) lengths[start / size] = length
  }
  return data
}

/**
 * Fuses raw embeddings [N, D] of images and of their mirror images into templates [N, T] of length 1.
 * `concat` puts the raw features side by side, `sum` adds them, `none` ignores `mirrored`; only then are they normalised.
 * @param lengths takes how long each template was before
 * @throws DataError on a template without direction
 */
export function fuse(
  raw: Float32Array,
  mirrored: Float32Array | undefined,
  embeddingSize: number,
  flip: FlipRule,
  nameOf?: RowName,
  lengths?: Float64Array,
): Float32Array {
  const count = raw.length / embeddingSize
  if (flip === 'none') return normalizeRows(raw.slice(), embeddingSize, nameOf, lengths)
  if (mirrored?.length !== raw.length) {
    throw new RangeError(
      `Expected as many mirrored features (${raw.length}), got ${mirrored?.length ?? 'none'}`,
    )
  }
  if (flip === 'sum')
    return normalizeRows(
      raw.map((value, i) => value + (mirrored[i] ?? NaN)),
      embeddingSize,
      nameOf,
      lengths,
    )
  const size = 2 * embeddingSize
  const templates = new Float32Array(count * size)
  for (let n = 0; n < count; n++) {
    const from = n * embeddingSize
    templates.set(raw.subarray(from, from + embeddingSize), n * size)
    templates.set(mirrored.subarray(from, from + embeddingSize), n * size + embeddingSize)
  }
  return normalizeRows(templates, size, nameOf, lengths)
}

/** Adds as many numbers as `sum` has, from `start` on, to it. */
export function addRow(sum: Float64Array, data: ArrayLike<number>, start: number): void {
  for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? NaN) + (data[start + i] ?? NaN)
}

/** The cosine of two rows, accumulated in float64; in [−1, 1]. NaN where a row is zero or not finite. */
export function cosine(
  a: ArrayLike<number>,
  aStart: number,
  b: ArrayLike<number>,
  bStart: number,
  size: number,
): number {
  let dot = 0
  let squareA = 0
  let squareB = 0
  for (let i = 0; i < size; i++) {
    const x = a[aStart + i] ?? NaN
    const y = b[bStart + i] ?? NaN
    dot += x * y
    squareA += x * x
    squareB += y * y
  }
  const value = dot / Math.sqrt(squareA * squareB)
  return value > 1 ? 1 : value < -1 ? -1 : value
}
