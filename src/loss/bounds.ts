/** @file What the paper proves about s and m (Eq 6, Eq 7), and what the loss must be at the start and at best. */
import { checkInteger, checkNumber } from '../base/check.ts'

/**
 * Eq 6: the least s with which the centres of C classes can reach the posterior P of their own class,
 * (C−1)/C · ln((C−1)·P / (1−P)). Reached only by a simplex, so with C > D + 1 more is needed.
 * @param classes C, at least 2
 * @param posterior P in (0, 1)
 */
export function scaleLowerBound(classes: number, posterior: number): number {
  checkInteger('classes', classes, { min: 2 })
  checkNumber('posterior', posterior, { above: 0, below: 1 })
  return ((classes - 1) / classes) * Math.log(((classes - 1) * posterior) / (1 - posterior))
}

/** Which of Eq 7's cases holds. */
export type MarginRegime = 'plane' | 'simplex' | 'crowded'

/** The upper bound on m. */
export interface MarginBound {
  readonly regime: MarginRegime
  /** Eq 7's figure: 1 − cos(2π/C) in the plane, C/(C−1) otherwise. */
  readonly bound: number
  /** The largest m that is not ruled out; below `bound` where classes are crowded. */
  readonly largest: number
}

/**
 * Eq 7: the largest m for C classes in D dimensions.
 *
 * - `plane` (D = 2): m ≤ 1 − cos(2π/C)
 * - `simplex` (C ≤ D + 1): m ≤ C/(C−1)
 * - `crowded` (C > D + 1): m far below C/(C−1); `largest` follows from what no arrangement of directions can exceed.
 */
export function marginUpperBound(classes: number, embeddingSize: number): MarginBound {
  checkInteger('classes', classes, { min: 2 })
  checkInteger('embeddingSize', embeddingSize, { min: 1 })
  if (embeddingSize === 2) {
    const bound = 1 - Math.cos((2 * Math.PI) / classes)
    return { regime: 'plane', bound, largest: bound }
  }
  const bound = classes / (classes - 1)
  if (classes <= embeddingSize + 1) return { regime: 'simplex', bound, largest: bound }
  return { regime: 'crowded', bound, largest: crowdedMargin(classes, embeddingSize) }
}

/**
 * With C > D + 1 directions two of them are at most 90° apart (Rankin), and caps of half the smallest angle around
 * all of them must fit on the sphere: each limits 1 − max cos from above.
 */
const crowdedMargin = (classes: number, embeddingSize: number): number => {
  if (embeddingSize === 1) return 0
  const shareWithin = capShare(embeddingSize)
  // caps of 45° that fit leave Rankin's limit alone
  if (shareWithin(Math.PI / 4) * classes <= 1) return 1
  let [low, high] = [0, Math.PI / 4]
  for (let step = 0; step < 40; step++) {
    const middle = (low + high) / 2
    if (shareWithin(middle) * classes <= 1) low = middle
    else high = middle
  }
  return 1 - Math.cos(2 * low)
}

/** The share of the sphere in D dimensions within an angle ≤ 90° of a point: ½ of the regularised integral of sin^(D−2). */
const capShare = (embeddingSize: number): ((angle: number) => number) => {
  // Simpson's rule on sin^(D−2), in logarithms so that high dimensions do not vanish
  const power = embeddingSize - 2
  const integral = (to: number): number => {
    const parts = 2000
    let sum = 0
    for (let i = 0; i <= parts; i++) {
      const weight = i === 0 || i === parts ? 1 : i % 2 === 1 ? 4 : 2
      const sine = Math.sin((to * i) / parts)
      sum += weight * (power === 0 ? 1 : sine === 0 ? 0 : Math.exp(power * Math.log(sine)))
    }
    return (sum * to) / parts / 3
  }
  const sphere = 2 * integral(Math.PI / 2)
  return (angle) => integral(angle) / sphere
}

/** A loss's setting, for the two expectations below. */
export interface LossSetting {
  /** C. */
  readonly classes: number
  /** s. */
  readonly scale: number
  /** m, a cosine. */
  readonly margin: number
  /** D. */
  readonly embeddingSize: number
}

/**
 * The loss of an untrained network, whose embeddings know nothing of the class directions:
 * s·m + ln C + s²/(2D); in two dimensions the last term is exactly ln I₀(s).
 */
export function expectedFirstLoss({ classes, scale, margin, embeddingSize }: LossSetting): number {
  const spread = embeddingSize === 2 ? logBesselI0(scale) : (scale * scale) / (2 * embeddingSize)
  return scale * margin + Math.log(classes) + spread
}

/** ln I₀(x), the modified Bessel function of the first kind, to 1e-12. */
export function logBesselI0(x: number): number {
  checkNumber('x', x)
  // e^(−x)·I₀(x) is the mean of e^(x(cos t − 1)); the trapezoid rule converges exponentially for periodic functions
  const points = 64 + 16 * Math.ceil(Math.sqrt(Math.abs(x)))
  let sum = 0
  for (let i = 0; i < points; i++) sum += Math.exp(Math.abs(x) * (Math.cos((2 * Math.PI * i) / points) - 1))
  return Math.abs(x) + Math.log(sum / points)
}

/**
 * The loss that nothing can go under: every embedding on its class's direction, the directions spread at best.
 * ln(1 + (C−1)·e^(−s/(C−1) − s(1−m))), which only a simplex reaches; in two dimensions the regular polygon's sum.
 */
export function lossFloor({ classes, scale, margin, embeddingSize }: LossSetting): number {
  if (classes < 2) return 0
  const exponents =
    embeddingSize === 2
      ? Array.from(
          { length: classes - 1 },
          (_, j) => scale * (Math.cos((2 * Math.PI * (j + 1)) / classes) - 1 + margin),
        )
      : [Math.log(classes - 1) - scale / (classes - 1) - scale * (1 - margin)]
  const largest = Math.max(0, ...exponents)
  const total = exponents.reduce((sum, exponent) => sum + Math.exp(exponent - largest), Math.exp(-largest))
  // log1p keeps the digits of a floor near 0
  return largest === 0
    ? Math.log1p(exponents.reduce((sum, e) => sum + Math.exp(e), 0))
    : largest + Math.log(total)
}
