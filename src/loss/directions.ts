/** @file Integrals over directions: how much of the sphere a cap holds, and what e^(s cos θ) comes to on average. */
import { checkNumber } from '../base/check.ts'

/** The share of the sphere in D ≥ 2 dimensions within an angle ≤ 90° of a point: ½ of the regularised integral of sin^(D−2). */
export function capShare(embeddingSize: number): (angle: number) => number {
  const half = logIntegral(embeddingSize - 2, 0, Math.PI / 2)
  return (angle) => Math.exp(logWithin(embeddingSize - 2, angle) - half) / 2
}

/**
 * ln ∫ sin^power θ dθ from 0 to an angle: sin^(power+1) θ · cos θ / (power+1) · ₂F₁(1, power/2 + 1; power/2 + 3/2; sin² θ),
 * whose terms are positive and at least halve up to 45°; beyond it Simpson's rule.
 */
const logWithin = (power: number, angle: number): number => {
  if (angle > Math.PI / 4) return logIntegral(power, 0, angle)
  const x = Math.sin(angle) ** 2
  let [term, sum] = [1, 1]
  for (let k = 0; term > 1e-17; k++) {
    term *= (x * (power / 2 + 1 + k)) / (power / 2 + 1.5 + k)
    sum += term
  }
  return (power + 1) * Math.log(Math.sin(angle)) + Math.log((Math.cos(angle) / (power + 1)) * sum)
}

/**
 * ln E[e^(s cos θ)] for the angle θ between a direction and one drawn at random in D dimensions, to about 1e-8: for D ≫ s
 * it is s²/(2D), in two dimensions ln I₀(s), and never more than s.
 */
export function logMeanExponential(scale: number, embeddingSize: number): number {
  // a line has two directions
  if (embeddingSize === 1) return scale + Math.log1p(Math.exp(-2 * scale)) - Math.LN2
  if (embeddingSize === 2) return logBesselI0(scale)
  const over = (s: number): number => logIntegral(embeddingSize - 2, s, Math.PI)
  return over(scale) - over(0)
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

/** ln ∫ sin^power θ · e^(s cos θ) dθ from 0 to an angle, by Simpson's rule in logarithms, so that nothing vanishes. */
const logIntegral = (power: number, scale: number, to: number): number => {
  if (to === 0) return Number.NEGATIVE_INFINITY
  // the peak is as narrow as 1/√(s + power)
  const parts = 2000 + 64 * Math.ceil(Math.sqrt(scale + power))
  const exponents = new Float64Array(parts + 1)
  for (let i = 0; i <= parts; i++) {
    const angle = (to * i) / parts
    // sin π is not quite 0 in floating point
    const logSine = i === 0 || angle >= Math.PI ? Number.NEGATIVE_INFINITY : Math.log(Math.sin(angle))
    exponents[i] = (power === 0 ? 0 : power * logSine) + scale * Math.cos(angle)
  }
  const largest = exponents.reduce((most, exponent) => Math.max(most, exponent))
  const sum = exponents.reduce((total, exponent, i) => {
    const weight = i === 0 || i === parts ? 1 : i % 2 === 1 ? 4 : 2
    return total + weight * Math.exp(exponent - largest)
  }, 0)
  return largest + Math.log((sum * to) / parts / 3)
}
