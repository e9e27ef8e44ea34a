/**
 * @file What embeddings say about identities: images unlike their own person, folders that show one person. Judged by the set
 * itself: two folders are suspicious where they are as alike as images are with the rest of their own folder.
 */

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
    for (let i = 0; i < size; i++) sums[identity * size + i]! += data[row * size + i]!
    counts[identity]!++
  })
  const units = new Float32Array(count * size)
  for (let c = 0; c < count; c++) {
    const length = Math.hypot(...sums.subarray(c * size, (c + 1) * size))
    if (length > 0) for (let i = 0; i < size; i++) units[c * size + i] = sums[c * size + i]! / length
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
  for (let i = 0; i < size; i++) sum += a[from + i]! * b[other + i]!
  return sum
}

/** Each image's cosine with the mean of the others of its identity; NaN where it has none. */
export function ownCosines(embeddings: LabelledEmbeddings): Float64Array {
  const { data, size, identities } = embeddings
  const { sums, counts } = centresOf(embeddings)
  const rest = new Float64Array(size)
  return Float64Array.from(identities, (identity, row) => {
    if (counts[identity]! < 2) return NaN
    for (let i = 0; i < size; i++) rest[i] = sums[identity * size + i]! - data[row * size + i]!
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

/** Images nearer to another identity's mean than to their own; the most striking first. */
export function findOutliers(
  embeddings: LabelledEmbeddings,
  own: Float64Array = ownCosines(embeddings),
): Outlier[] {
  const { data, size, identities } = embeddings
  const { units, counts } = centresOf(embeddings)
  const low = alikeThreshold(own)
  const outliers: Outlier[] = []
  identities.forEach((identity, image) => {
    // most images are well within their folder; only the others are compared with everybody
    if (!(own[image]! < low)) return
    let nearest = -1
    let best = -Infinity
    for (let c = 0; c < counts.length; c++) {
      if (c === identity || counts[c] === 0) continue
      const cosine = dot(data, image * size, units, c * size, size)
      if (cosine > best) [nearest, best] = [c, cosine]
    }
    if (nearest >= 0 && best > own[image]!) outliers.push({ image, own: own[image]!, nearest, other: best })
  })
  return outliers.sort((a, b) => b.other - b.own - (a.other - a.own) || a.image - b.image)
}

/** Pairs of identities of one set that look like one person; the most alike first. */
export function findAlike(embeddings: LabelledEmbeddings, threshold: number): AlikePair[] {
  const { units, counts } = centresOf(embeddings)
  return alikeCentres(units, counts, units, counts, embeddings.size, threshold, true)
}

/** Identities of two sets that look like one person: `first` of one, `second` of the other. */
export function findOverlap(a: LabelledEmbeddings, b: LabelledEmbeddings, threshold: number): AlikePair[] {
  const [first, second] = [centresOf(a), centresOf(b)]
  return alikeCentres(first.units, first.counts, second.units, second.counts, a.size, threshold)
}

const alikeCentres = (
  a: Float32Array,
  aCounts: Int32Array,
  b: Float32Array,
  bCounts: Int32Array,
  size: number,
  threshold: number,
  once = false,
): AlikePair[] => {
  const found: AlikePair[] = []
  for (let first = 0; first < aCounts.length; first++) {
    if (aCounts[first] === 0) continue
    for (let second = once ? first + 1 : 0; second < bCounts.length; second++) {
      if (bCounts[second] === 0) continue
      const cosine = dot(a, first * size, b, second * size, size)
      if (cosine >= threshold) found.push({ first, second, cosine })
    }
  }
  return found.sort((x, y) => y.cosine - x.cosine || x.first - y.first || x.second - y.second)
}
