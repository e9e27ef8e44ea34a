/** @file The most similar pairs among faces, found block by block. */
import type { Scorer } from './score-blocks.ts'

/** A pair of rows, the first the smaller. */
export interface Neighbour {
  readonly first: number
  readonly second: number
  readonly cosine: number
}

/** Pairs, the most similar first; equal ones by number. */
export type Neighbours = readonly Neighbour[]

const blockRows = 4096
const probesAtOnce = 64

/** Each face’s `k` nearest others with a cosine of at least `threshold`, as pairs. */
export async function clusterNeighbours(
  faces: readonly { readonly embedding: Float32Array }[],
  scorer: Scorer,
  k: number,
  threshold: number,
  signal?: AbortSignal,
): Promise<Neighbours> {
  const size = faces[0]?.embedding.length ?? 0
  const all = new Float32Array(new ArrayBuffer(4 * faces.length * size))
  faces.forEach(({ embedding }, row) => all.set(embedding, row * size))
  const pairs = new Map<string, Neighbour>()
  for (let start = 0; start < faces.length; start += probesAtOnce) {
    signal?.throwIfAborted()
    const count = Math.min(probesAtOnce, faces.length - start)
    const nearest = Array.from({ length: count }, (): Neighbour[] => [])
    for (let from = 0; from < faces.length; from += blockRows) {
      const rows = Math.min(blockRows, faces.length - from)
      const scores = await scorer.score(
        all.subarray(start * size, (start + count) * size),
        size,
        all.subarray(from * size, (from + rows) * size),
        rows,
      )
      nearest.forEach((own, probe) => {
        for (let row = 0; row < rows; row++) {
          const cosine = scores[probe * rows + row] ?? NaN
          const [a, b] = [start + probe, from + row]
          if (!(cosine >= threshold) || a === b) continue
          own.push({ first: Math.min(a, b), second: Math.max(a, b), cosine })
        }
      })
    }
    for (const own of nearest)
      for (const pair of own.toSorted(order).slice(0, k)) pairs.set(`${pair.first} ${pair.second}`, pair)
  }
  return [...pairs.values()].toSorted(order)
}

const order = (a: Neighbour, b: Neighbour): number =>
  b.cosine - a.cosine || a.first - b.first || a.second - b.second
