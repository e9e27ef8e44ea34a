/** @file Who owns which direction of the plane: a classifier without bias decides by direction alone. */

/** How a classifier decides, and what the loss asks of it. */
export interface DecisionRule {
  /** By cosine; else by the inner product, in which longer weights reach further. */
  readonly normaliseWeights: boolean
  /** What the own class's cosine becomes in the loss: cos θ − m for LMCL, the same where there is no margin. */
  readonly own: (cosine: number) => number
}

/** Directions from `from` to `to` (radians, counter-clockwise, to > from) that belong together. */
export interface Sector {
  readonly from: number
  readonly to: number
  /** The class with the largest logit. */
  readonly winner: number
  /** Whether it also wins with the margin taken off. */
  readonly clear: boolean
}

interface Decision {
  readonly winner: number
  readonly clear: boolean
}

/** The decision for one direction. `weights` is [C, 2]. */
export function decide(weights: ArrayLike<number>, rule: DecisionRule, angle: number): Decision {
  let winner = -1
  let best = -Infinity
  let second = -Infinity
  for (let row = 0; row < weights.length / 2; row++) {
    const [x, y] = [weights[2 * row] ?? 0, weights[2 * row + 1] ?? 0]
    const length = rule.normaliseWeights ? Math.hypot(x, y) || 1 : 1
    const logit = (x * Math.cos(angle) + y * Math.sin(angle)) / length
    if (logit > best) {
      second = best
      best = logit
      winner = row
    } else if (logit > second) second = logit
  }
  return { winner, clear: !rule.normaliseWeights || rule.own(Math.max(-1, Math.min(1, best))) >= second }
}

const same = (a: Decision, b: Decision): boolean => a.winner === b.winner && a.clear === b.clear

/** The circle cut into sectors of equal decision, edges exact to 1e-6 radians; narrower ones than 0.25° may be missed. */
export function sectors(weights: ArrayLike<number>, rule: DecisionRule): Sector[] {
  const steps = 1440
  const angleOf = (index: number): number => (2 * Math.PI * index) / steps
  const at = (angle: number): Decision => decide(weights, rule, angle)
  const edge = (low: number, high: number): number => {
    const before = at(low)
    let [from, to] = [low, high]
    while (to - from > 1e-6) {
      const middle = (from + to) / 2
      if (same(at(middle), before)) from = middle
      else to = middle
    }
    return to
  }
  const edges: number[] = []
  for (let index = 0; index < steps; index++) {
    if (!same(at(angleOf(index)), at(angleOf(index + 1))))
      edges.push(edge(angleOf(index), angleOf(index + 1)))
  }
  const first = edges[0]
  if (first === undefined) return [{ from: 0, to: 2 * Math.PI, ...at(0) }]
  return edges.map((from, index) => {
    const to = edges[index + 1] ?? first + 2 * Math.PI
    return { from, to, ...at((from + to) / 2) }
  })
}
