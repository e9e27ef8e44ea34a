/** @file Functions of the angle θ, computed from cos θ without losing θ's ends to an infinite slope. */
import {
  acos,
  add,
  cast,
  cos,
  divide,
  floor,
  greater,
  maximum,
  minimum,
  multiply,
  negate,
  select,
  sin,
  stopGradient,
  subtract,
  type Operand,
} from '../graph/ops.ts'
import type { AnyValue } from '../graph/value.ts'
import { sineOf } from './norm.ts'

/** cos of a number or a value. */
export function cosineOf(angle: Operand): Operand {
  return typeof angle === 'number' ? Math.cos(angle) : cos(angle)
}

const sinOf = (angle: Operand): Operand => (typeof angle === 'number' ? Math.sin(angle) : sin(angle))

/** θ from cos θ: 0 or π, without a slope, within the last float32 step before the poles, where acos's slope is infinite. */
function angleOf(cosine: AnyValue): AnyValue {
  const edge = 1 - 2 ** -24
  const inner = acos(maximum(minimum(cosine, edge), -edge))
  return select(greater(cosine, edge), 0, select(greater(-edge, cosine), Math.PI, inner))
}

/** cos(θ + a) from cos θ, for θ in [0, π]. */
export function cosineOfSum(cosine: AnyValue, angle: Operand): AnyValue {
  return subtract(multiply(cosine, cosineOf(angle)), multiply(sineOf(cosine), sinOf(angle)))
}

/**
 * ArcFace's target: cos(θ + a), and past θ + a = π its continuation cos θ − a·sin a, so that it falls with θ throughout.
 * @param angle a in [0, π/2], a number or one value a sample [N, 1]
 */
export function additiveAngle(cosine: AnyValue, angle: Operand): AnyValue {
  const within = greater(cosine, typeof angle === 'number' ? -Math.cos(angle) : negate(cos(angle)))
  return select(within, cosineOfSum(cosine, angle), subtract(cosine, multiply(angle, sinOf(angle))))
}

/** cos mθ and sin mθ / sin θ for an integer m ≥ 1: Chebyshev's polynomials of cos θ, smooth at θ = 0 and π. */
export function multipleAngle(
  cosine: AnyValue,
  m: number,
): { readonly cosine: AnyValue; readonly sineRatio: Operand } {
  let [beforeT, t]: [Operand, AnyValue] = [1, cosine]
  let [beforeU, u]: [Operand, Operand] = [0, 1]
  const twice = multiply(cosine, 2)
  for (let k = 1; k < m; k++) {
    ;[beforeT, t] = [t, subtract(multiply(twice, t), beforeT)]
    ;[beforeU, u] = [u, subtract(multiply(twice, u), beforeU)]
  }
  return { cosine: t, sineRatio: u }
}

/** (−1)^k·y − 2k: y = cos φ of the k-th half turn, turned and lowered so that it falls with φ throughout. */
const staircase = (y: AnyValue, k: AnyValue): AnyValue => {
  const odd = subtract(k, multiply(floor(multiply(k, 0.5)), 2))
  return subtract(multiply(subtract(1, multiply(odd, 2)), y), multiply(k, 2))
}

/** How many of `limits` (cosines) the cosine has fallen to or below, as float32 [N, 1]. */
const fallenBelow = (cosine: AnyValue, limits: readonly Operand[]): AnyValue =>
  limits.reduce<AnyValue>(
    (count, limit) => add(count, subtract(1, cast(greater(stopGradient(cosine), limit), 'float32'))),
    multiply(stopGradient(cosine), 0),
  )

/**
 * ψ of A-Softmax and L-Softmax: (−1)^k cos mθ − 2k for θ in [kπ/m, (k+1)π/m], k < m; continuous and falling.
 * @param m an integer of at least 1
 */
export function monotoneMultiple(cosine: AnyValue, m: number): AnyValue {
  const limits = Array.from({ length: m - 1 }, (_, i) => Math.cos((Math.PI * (i + 1)) / m))
  return staircase(multipleAngle(cosine, m).cosine, fallenBelow(cosine, limits))
}

/**
 * cos(m1·θ + m2) made to fall with θ throughout: for m1 = 1 past π by ArcFace's continuation, else by ψ's staircase.
 * @param m1 the factor, above 0
 * @param m2 radians, a number or a scalar of at most `largest`
 */
export function combinedAngle(cosine: AnyValue, m1: number, m2: Operand, largest: number): AnyValue {
  if (m1 === 1) return largest === 0 ? cosine : additiveAngle(cosine, m2)
  if (largest === 0 && Number.isInteger(m1)) return monotoneMultiple(cosine, m1)
  // φ passes jπ at θ = (jπ − m2)/m1
  const turns = Math.ceil((m1 * Math.PI + largest) / Math.PI) - 1
  const limits = Array.from({ length: turns }, (_, j): Operand => {
    const edge = Math.PI * (j + 1)
    if (typeof m2 === 'number') return Math.cos((edge - m2) / m1)
    return cos(minimum(divide(subtract(edge, m2), m1), Math.PI))
  })
  const k = fallenBelow(cosine, limits)
  if (Number.isInteger(m1)) {
    const multiple = multipleAngle(cosine, m1)
    const sine = multiply(sineOf(cosine), multiple.sineRatio)
    const y = subtract(multiply(multiple.cosine, cosineOf(m2)), multiply(sine, sinOf(m2)))
    return staircase(y, k)
  }
  const theta = angleOf(cosine)
  return staircase(cos(add(multiply(theta, m1), m2)), k)
}
