/** @file The similarity (rotation, one scale, translation) that best takes one set of points to another: Umeyama 1991. */
import { unexpected } from '../base/errors.ts'
import type { Affine } from './affine.ts'
import type { Point } from './image.ts'

const mean = (points: readonly Point[]): Point => ({
  x: points.reduce((sum, point) => sum + point.x, 0) / points.length,
  y: points.reduce((sum, point) => sum + point.y, 0) / points.length,
})

/**
 * The similarity with the least squared error from `from` to `to`, never a reflection.
 * In the plane Umeyama's SVD has a closed form: with centred points as complex numbers p, q the map is
 * q ≈ z·p, z = Σ p̄q / Σ |p|², and a complex factor cannot reflect.
 * @throws UsageError where the numbers of points differ, are under two, or all points of `from` coincide.
 */
export function similarityTransform(from: readonly Point[], to: readonly Point[]): Affine {
  if (from.length !== to.length) throw unexpected('to', `${from.length} points`, `${to.length} points`)
  if (from.length < 2) throw unexpected('from', 'at least two points', from.length)
  const p0 = mean(from)
  const q0 = mean(to)
  let real = 0
  let imaginary = 0
  let spread = 0
  from.forEach((point, index) => {
    const px = point.x - p0.x
    const py = point.y - p0.y
    const qx = (to[index]?.x ?? 0) - q0.x
    const qy = (to[index]?.y ?? 0) - q0.y
    real += px * qx + py * qy
    imaginary += px * qy - py * qx
    spread += px * px + py * py
  })
  if (!(spread > 0) || !Number.isFinite(spread + real + imaginary)) {
    throw unexpected(
      'from',
      'finite points that do not all coincide',
      from.map((p) => [p.x, p.y]),
    )
  }
  const a = real / spread
  const d = imaginary / spread
  return { a, b: -d, c: q0.x - (a * p0.x - d * p0.y), d, e: a, f: q0.y - (d * p0.x + a * p0.y) }
}
