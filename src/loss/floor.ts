/** @file What the loss cannot go under, however long one trains. */
import { checkLossSetting, marginUpperBound, type LossSetting, type MarginBound } from './bounds.ts'
import { logBesselI0 } from './directions.ts'

/**
 * The loss that nothing can go under, with equally many images of each class, whatever the embeddings and class directions.
 *
 * - Everywhere ln(1 + (C−1)·e^(−s/(C−1) − s(1−m))), which only a simplex reaches (C ≤ D + 1).
 * - C > D + 1 > 3 and a largest margin m* below 1 (Eq 7): ln(1 + e^(s(m − m*))), that of two neighbours m* apart.
 * - D = 2 and m ≤ 1 − cos(2π/C): the regular polygon's sum. With a larger m classes are better given up than all kept at
 *   the polygon's angle; then only what is proved for uneven angles is returned.
 * @throws UsageError on a number out of its range
 */
export function lossFloor(setting: LossSetting): number {
  const { classes, embeddingSize, scale, margin } = checkLossSetting('the floor of the loss', setting)
  return classes < 2 ? 0 : lossFloorOf(classes, embeddingSize)(scale, margin)
}

/** The floor for many s and m with the same C ≥ 2 and D. */
export function lossFloorOf(
  classes: number,
  embeddingSize: number,
): (scale: number, margin: number) => number {
  const bound = marginUpperBound(classes, embeddingSize)
  return (scale, margin) =>
    Math.max(simplexFloor(classes, scale, margin), crowdedFloor(classes, embeddingSize, bound, scale, margin))
}

/** ln(1 + e^x); log1p keeps the digits of a floor near 0. */
const softplus = (x: number): number => Math.max(0, x) + Math.log1p(Math.exp(-Math.abs(x)))

/**
 * For any unit vectors, by convexity: the mean of x_y·(W_j − W_y) over j ≠ y and then over y is at least −C/(C−1), since
 * Σ_y ‖ΣW_j − C·W_y‖ ≤ C².
 */
const simplexFloor = (classes: number, scale: number, margin: number): number =>
  softplus(Math.log(classes - 1) - scale / (classes - 1) - scale * (1 - margin))

const crowdedFloor = (
  classes: number,
  embeddingSize: number,
  { regime, largest }: MarginBound,
  scale: number,
  margin: number,
): number => {
  if (regime === 'plane')
    return margin <= largest ? polygonFloor(classes, scale, margin) : unevenFloor(classes, scale, margin)
  return regime === 'crowded' && embeddingSize > 1 && largest < 1 ? neighbourFloor(largest, scale, margin) : 0
}

/**
 * The own cosine exceeds the nearest other's by at most d_y, and its loss is at least ln(1 + e^(s(m − d_y))). Caps of the
 * radius r with 1 − cos 2r = d_y, each around the middle of x_y and W_y, lie within the Voronoi cells of the W_y and so share
 * the sphere out. For D > 2, d_y is concave in the share: equal shares, 1/C, make the mean loss least, and d_y `largest`.
 */
const neighbourFloor = (largest: number, scale: number, margin: number): number =>
  softplus(scale * (margin - largest))

/** Every embedding on its class's direction, the directions 2π/C apart. */
const polygonFloor = (classes: number, scale: number, margin: number): number =>
  softplus(scale * margin + logNeighbours(classes, scale))

/** More classes than this are a continuum for every scale a loss takes: the sum over the polygon is Bessel's integral. */
const mostSummed = 100_000

/** ln Σ e^(s(cos θ_j − 1)) over the other C − 1 corners of a regular polygon. */
const logNeighbours = (classes: number, scale: number): number => {
  if (classes > mostSummed) return Math.log(Math.expm1(Math.log(classes) + logBesselI0(scale) - scale))
  const nearest = Math.cos((2 * Math.PI) / classes)
  let sum = 0
  for (let j = 1; j < classes; j++) sum += Math.exp(scale * (Math.cos((2 * Math.PI * j) / classes) - nearest))
  return scale * (nearest - 1) + Math.log(sum)
}

/**
 * The same as `neighbourFloor` on the circle, where the caps are arcs δ_y = 2r of 2π together. In δ the loss is concave at
 * first, so the mean is least with some arcs 0, which loses s·m, and the others all as wide as pays.
 */
const unevenFloor = (classes: number, scale: number, margin: number): number => {
  const even = (2 * Math.PI) / classes
  const given = softplus(scale * margin)
  const mixed = (arc: number): number =>
    given + ((softplus(scale * (margin - 1 + Math.cos(arc))) - given) * even) / arc
  // falls and then rises with the arc
  let [low, high] = [even, Math.PI]
  for (let step = 0; step < 80; step++) {
    const third = (high - low) / 3
    if (mixed(low + third) <= mixed(high - third)) high -= third
    else low += third
  }
  return mixed(low)
}
