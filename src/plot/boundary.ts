/** @file Two classes' decision boundary and margin, as the paper's Fig 2 shows them. */
import { fixed } from './format.ts'
import { hatching } from './hatch.ts'
import type { Spot } from './labels.ts'
import { paint } from './palette.ts'
import type { DecisionRule } from './sectors.ts'
import { polygon, polyline, words } from './shapes.ts'

/** What the axes are: cos θ_1 and cos θ_2, or the angles themselves. */
export type BoundaryAxes = 'cosine' | 'angle'

/** One loss for two classes. */
export interface Boundary {
  readonly title: string
  readonly axes: BoundaryAxes
  readonly rule: DecisionRule
  /**
   * ‖W_1‖ and ‖W_2‖, for rules by inner product: the boundary moves with their ratio, and what either class can claim by
   * exchanging them is the overlap, a margin below 0. @defaultValue [1, 1]
   */
  readonly norms?: readonly [number, number]
}

const steps = 240

/** Positions from −1 to 1, or from 0 to π. */
const range = (axes: BoundaryAxes): number[] =>
  Array.from({ length: steps + 1 }, (_, i) =>
    axes === 'cosine' ? -1 + (2 * i) / steps : (Math.PI * i) / steps,
  )

const clamp = (value: number): number => Math.max(-1, Math.min(1, value))

/** What one point between two classes is like under a loss. */
export type Claim = 'first' | 'second' | 'margin' | 'overlap'

/**
 * Whose a point is: the class whose demand it meets; `margin` where it meets neither's; `overlap` where the lengths of the
 * weights decide, so that exchanging them gives it to the other class.
 */
export function claimAt(
  { rule, norms = [1, 1] }: Pick<Boundary, 'rule' | 'norms'>,
  [one, two]: readonly [number, number],
): Claim {
  const ratio = norms[0] / norms[1]
  if (!rule.normaliseWeights) {
    const isFirst = one * ratio >= two
    return isFirst === one >= two * ratio ? (isFirst ? 'first' : 'second') : 'overlap'
  }
  return rule.own(one) >= two ? 'first' : rule.own(two) >= one ? 'second' : 'margin'
}

/** The largest cosine to the other class at which the class still wins, for each cosine to itself. */
const reach = (rule: DecisionRule, ratio: number, cosine: number): number =>
  rule.normaliseWeights ? rule.own(cosine) : cosine * ratio

/** The edge of a class's region: points (own coordinate, other coordinate). */
const edge = (axes: BoundaryAxes, rule: DecisionRule, ratio: number): { own: number; other: number }[] =>
  range(axes).map((own) => {
    if (axes === 'cosine') return { own, other: reach(rule, ratio, own) }
    return { own, other: Math.acos(clamp(reach(rule, ratio, Math.cos(own)))) }
  })

/** One loss as markup, `size` pixels of drawing with room for the axes around; see `boundarySize`. */
export function boundaryPanel({ title, axes, rule, norms = [1, 1] }: Boundary, size: number): string {
  const [low, high] = axes === 'cosine' ? [-1, 1] : [0, Math.PI]
  const place = (one: number, two: number): Spot => ({
    x: ((one - low) / (high - low)) * size,
    y: size - ((two - low) / (high - low)) * size,
  })
  const cosinesAt = ({ x, y }: Spot): readonly [number, number] => {
    const [one, two] = [low + (x / size) * (high - low), low + (1 - y / size) * (high - low)]
    return axes === 'cosine' ? [one, two] : [Math.cos(one), Math.cos(two)]
  }
  const isOpen = (spot: Spot): boolean =>
    ['margin', 'overlap'].includes(claimAt({ rule, norms }, cosinesAt(spot)))
  const inside = (value: number): number => Math.max(low, Math.min(high, value))
  const ratio = norms[0] / norms[1]
  const isOverlap = !rule.normaliseWeights && ratio !== 1
  // a class claims what is on its side of the edge: small cosines to the other, or large angles
  const far = axes === 'cosine' ? low : high
  const region = (isFirst: boolean, ofRatio: number): Spot[] => {
    const points = edge(axes, rule, isFirst ? ofRatio : 1 / ofRatio)
    const border = points.map(({ own, other }) =>
      isFirst ? place(own, inside(other)) : place(inside(other), own),
    )
    const corners = isFirst ? [place(high, far), place(low, far)] : [place(far, high), place(far, low)]
    return [...border, ...corners]
  }
  const frame = [place(low, low), place(high, low), place(high, high), place(low, high)]
  const visible = (isFirst: boolean, ofRatio: number): Spot[] =>
    edge(axes, rule, isFirst ? ofRatio : 1 / ofRatio)
      .filter(({ other }) => other > low + 1e-9 && other < high - 1e-9)
      .map(({ own, other }) => (isFirst ? place(own, other) : place(other, own)))
  const dashed = { stroke: paint('ink'), 'stroke-width': 1.4, 'stroke-dasharray': '5,4' }
  const grey = { fill: paint('grey'), 'fill-opacity': '0.3' }
  const first = { fill: paint('blue'), 'fill-opacity': '0.22' }
  const second = { fill: paint('orange'), 'fill-opacity': '0.22' }
  const ground = isOverlap
    ? polygon(region(true, ratio), first) +
      polygon(region(false, ratio), second) +
      polygon(region(true, 1 / ratio), { ...first, 'fill-opacity': '0.12' }) +
      polygon(region(false, 1 / ratio), { ...second, 'fill-opacity': '0.12' })
    : polygon(frame, { fill: paint('surface') }) +
      polygon(frame, grey) +
      [region(true, ratio), region(false, ratio)]
        .map(
          (area, index) =>
            polygon(area, { fill: paint('surface') }) + polygon(area, index === 0 ? first : second),
        )
        .join('')
  const corner = axes === 'cosine' ? 0.8 : 0.2
  const at = (one: number, two: number): Spot => place(low + (high - low) * one, low + (high - low) * two)
  const ticks = axes === 'cosine' ? [-1, 0, 1] : [0, Math.PI / 2, Math.PI]
  const tick = (value: number): string =>
    axes === 'cosine' ? fixed(value, 0) : value === 0 ? '0' : value > 2 ? 'π' : 'π/2'
  const small = { 'font-size': 12, fill: paint('soft') }
  return [
    ground,
    hatching({ x: 0, y: 0, width: size, height: size }, isOpen, { colour: paint('grey') }),
    polyline(visible(true, ratio), dashed),
    polyline(visible(false, ratio), dashed),
    isOverlap ? polyline(visible(true, 1 / ratio), { ...dashed, 'stroke-opacity': '0.45' }) : '',
    polygon(frame, { fill: 'none', stroke: paint('faint') }),
    words('C₁', at(corner, 1 - corner), { 'font-weight': 600, fill: paint('blue') }),
    words('C₂', at(1 - corner, corner), { 'font-weight': 600, fill: paint('orange') }),
    words(title, { x: size / 2, y: -16 }, { 'font-weight': 600 }),
    ...ticks.flatMap((value) => [
      words(tick(value), { x: place(value, low).x, y: size + 13 }, small),
      words(tick(value), { x: -12, y: place(low, value).y }, small),
    ]),
    words(axes === 'cosine' ? 'cos θ₁' : 'θ₁', { x: size / 2, y: size + 30 }, small),
    words(axes === 'cosine' ? 'cos θ₂' : 'θ₂', { x: axes === 'cosine' ? -28 : -18, y: size * 0.25 }, small),
  ].join('')
}
