/** @file A person's score from several references. */
import { cosine } from '../evaluate/features.ts'
import type { GalleryScoring } from './thresholds.ts'

/** The mean of unit embeddings, of length 1 again; undefined where they cancel out. */
export function meanTemplate(embeddings: readonly Float32Array[]): Float32Array | undefined {
  const [first] = embeddings
  if (first === undefined) return undefined
  const sum = new Float64Array(first.length)
  for (const embedding of embeddings)
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? NaN) + (embedding[i] ?? NaN)
  const length = Math.hypot(...sum)
  return length > 1e-6 ? Float32Array.from(sum, (value) => value / length) : undefined
}

/** What a probe is compared with: the mean alone, or each reference. */
export function templatesOf(
  embeddings: readonly Float32Array[],
  scoring: GalleryScoring,
): readonly Float32Array[] {
  if (scoring === 'maximum') return embeddings
  const mean = meanTemplate(embeddings)
  return mean === undefined ? [] : [mean]
}

/** The score of a probe with a person: the highest cosine with its templates; undefined without any. */
export function personScore(
  probe: Float32Array,
  embeddings: readonly Float32Array[],
  scoring: GalleryScoring,
): number | undefined {
  const scores = templatesOf(embeddings, scoring).map((one) => cosine(probe, 0, one, 0, probe.length))
  return scores.length === 0 ? undefined : Math.max(...scores)
}
