/** @file Many candidates of one face become one. */
import type { Candidate, DetectorRecord } from './record.ts'

/** The share of two rectangles that both cover: intersection over union. */
export function overlapOf(a: Candidate, b: Candidate): number {
  const width = Math.min(a.right, b.right) - Math.max(a.left, b.left)
  const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top)
  if (!(width > 0 && height > 0)) return 0
  const shared = width * height
  return shared / (areaOf(a) + areaOf(b) - shared)
}

const areaOf = ({ left, top, right, bottom }: Candidate): number => (right - left) * (bottom - top)

/** One candidate a face, the best first; of equal scores the earlier one counts as better. */
export function withoutDoubles(
  candidates: readonly Candidate[],
  { overlap, doubles }: Pick<DetectorRecord, 'overlap' | 'doubles'>,
): readonly Candidate[] {
  let left = candidates.toSorted((a, b) => b.score - a.score)
  const kept: Candidate[] = []
  for (let best = left[0]; best !== undefined; best = left[0]) {
    const one = best
    const same = left.filter((other) => other === one || overlapOf(one, other) > overlap)
    left = left.filter((other) => !same.includes(other))
    kept.push(doubles === 'best' ? one : meanOf(same, one.score))
  }
  return kept
}

/** The mean of candidates weighted by their scores; it has the best one's score. */
const meanOf = (candidates: readonly Candidate[], score: number): Candidate => {
  const total = candidates.reduce((sum, one) => sum + one.score, 0)
  const mean = (value: (one: Candidate) => number): number =>
    candidates.reduce((sum, one) => sum + value(one) * one.score, 0) / total
  return {
    left: mean((one) => one.left),
    top: mean((one) => one.top),
    right: mean((one) => one.right),
    bottom: mean((one) => one.bottom),
    score,
    points: (candidates[0]?.points ?? []).map((_, index) => ({
      x: mean((one) => one.points[index]?.x ?? 0),
      y: mean((one) => one.points[index]?.y ?? 0),
    })),
  }
}
