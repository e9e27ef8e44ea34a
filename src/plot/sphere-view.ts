/** @file Three-dimensional features on the unit sphere, seen from afar: the near half plainly, the far half faintly. */
import type { Spot } from './labels.ts'
import { identityPaint, paint } from './palette.ts'
import type { Pane } from './pane.ts'
import type { DecisionRule } from './sectors.ts'
import { arrow, circle, coordinate, dots, rings, words } from './shapes.ts'

/** Features and class weights in three dimensions, and from where they are seen. */
export interface SphereView {
  readonly title: string
  /** [N, 3], raw; only directions are shown. */
  readonly features: ArrayLike<number>
  /** [N], each in [0, C). */
  readonly labels: ArrayLike<number>
  /** Features not trained on, drawn as rings. */
  readonly heldOut?: { readonly features: ArrayLike<number>; readonly labels: ArrayLike<number> }
  /** [C, 3], raw. */
  readonly weights: ArrayLike<number>
  /** By which the borders between the classes are found. */
  readonly rule: DecisionRule
  /** Longitude and latitude of the viewer, radians. */
  readonly turn: number
  readonly tilt: number
}

/** A point in space. */
export type Vector = readonly [x: number, y: number, z: number]

/** A direction as the viewer has it: right, up, and towards the viewer. */
export function seen([x, y, z]: Vector, turn: number, tilt: number): Vector {
  const [right, ahead] = [x * Math.cos(turn) - y * Math.sin(turn), x * Math.sin(turn) + y * Math.cos(turn)]
  return [right, z * Math.cos(tilt) - ahead * Math.sin(tilt), z * Math.sin(tilt) + ahead * Math.cos(tilt)]
}

const vectorAt = (values: ArrayLike<number>, row: number): Vector => [
  values[3 * row] ?? 0,
  values[3 * row + 1] ?? 0,
  values[3 * row + 2] ?? 0,
]

const dot = (a: Vector, b: Vector): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2]

const cross = (a: Vector, b: Vector): Vector => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
]

const normal = (a: Vector): Vector => {
  const length = Math.hypot(...a) || 1
  return [a[0] / length, a[1] / length, a[2] / length]
}

/** The great circle at right angles to `axis`, as `count` + 1 directions. */
function greatCircle(axis: Vector, count: number): Vector[] {
  const helper: Vector = Math.abs(axis[2]) < 0.9 ? [0, 0, 1] : [1, 0, 0]
  const one = normal(cross(axis, helper))
  const two = cross(axis, one)
  return Array.from({ length: count + 1 }, (_, i) => {
    const angle = (2 * Math.PI * i) / count
    const [c, s] = [Math.cos(angle), Math.sin(angle)]
    return [one[0] * c + two[0] * s, one[1] * c + two[1] * s, one[2] * c + two[2] * s]
  })
}

/** Where two classes tie and no third one is nearer: the borders of the decision regions, as stretches of great circles. */
export function borders(weights: readonly Vector[], count: number = 180): Vector[][] {
  const found: Vector[][] = []
  for (const [i, a] of weights.entries()) {
    for (const b of weights.slice(i + 1)) {
      const axis: Vector = [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
      if (Math.hypot(...axis) < 1e-9) continue
      let stretch: Vector[] = []
      for (const point of greatCircle(normal(axis), count)) {
        const own = dot(point, a) + 1e-9
        if (weights.every((other) => dot(point, other) <= own)) stretch.push(point)
        else {
          if (stretch.length > 1) found.push(stretch)
          stretch = []
        }
      }
      if (stretch.length > 1) found.push(stretch)
    }
  }
  return found
}

const side = 320
const top = 26
const centre: Spot = { x: side / 2, y: top + side / 2 }
const radius = side * 0.42

const place = ([right, up]: Vector): Spot => ({ x: centre.x + radius * right, y: centre.y - radius * up })

/** Where a feature lies in the pane, and whether on the near half. */
export function spherePlace(
  turn: number,
  tilt: number,
): (feature: Vector) => { readonly spot: Spot; readonly isNear: boolean } {
  return (feature) => {
    const point = seen(normal(feature), turn, tilt)
    return { spot: place(point), isNear: point[2] >= 0 }
  }
}

/** Draws grid, borders, features and weights; what lies behind is faint and drawn first. */
export function spherePane(sphere: SphereView): Pane {
  const { title, features, labels, heldOut, weights, rule, turn, tilt } = sphere
  const view = (point: Vector): Vector => seen(point, turn, tilt)
  const placed = spherePlace(turn, tilt)
  const directions = Array.from({ length: weights.length / 3 }, (_, row) => normal(vectorAt(weights, row)))
  /** The parts of lines on one half, as one path. */
  const lines = (strokes: readonly (readonly Vector[])[], isNear: boolean, look: string): string => {
    const path = strokes
      .flatMap((stroke) =>
        stroke.slice(1).flatMap((point, index) => {
          const [a, b] = [view(stroke[index] ?? point), view(point)]
          if (a[2] + b[2] >= 0 !== isNear) return []
          const [p, q] = [place(a), place(b)]
          return [`M${coordinate(p.x)},${coordinate(p.y)}L${coordinate(q.x)},${coordinate(q.y)}`]
        }),
      )
      .join('')
    return path === '' ? '' : `<path d="${path}" fill="none" ${look}/>`
  }
  const grid = [
    ...[0, 1, 2].map((i) => greatCircle([Math.cos((i * Math.PI) / 3), Math.sin((i * Math.PI) / 3), 0], 72)),
    greatCircle([0, 0, 1], 72),
  ]
  const edges = borders(
    // the lengths of weights that are not normalised move the borders
    rule.normaliseWeights ? directions : directions.map((_, row) => vectorAt(weights, row)),
  )
  const half = (isNear: boolean): string => {
    const byClass = (set: Pick<SphereView, 'features' | 'labels'>): Spot[][] => {
      const groups: Spot[][] = directions.map(() => [])
      for (let row = 0; row < set.labels.length; row++) {
        const point = placed(vectorAt(set.features, row))
        if (point.isNear === isNear) groups[set.labels[row] ?? 0]?.push(point.spot)
      }
      return groups
    }
    const arrows = directions
      .map((direction, row): { readonly point: Vector; readonly row: number } => ({
        point: view(direction),
        row,
      }))
      .filter(({ point }) => point[2] >= 0 === isNear)
      .sort((a, b) => a.point[2] - b.point[2])
    return [
      lines(grid, isNear, `stroke="${paint('faint')}" stroke-opacity="${isNear ? 0.4 : 0.15}"`),
      lines(
        edges,
        isNear,
        `stroke="${paint('ink')}" stroke-width="1.4" stroke-opacity="${isNear ? 0.75 : 0.2}"`,
      ),
      ...byClass({ features, labels }).map((spots, row) =>
        dots(spots, isNear ? 2.2 : 1.8, identityPaint(row), isNear ? 0.85 : 0.22),
      ),
      ...(heldOut === undefined ? [] : byClass(heldOut)).map((spots, row) =>
        rings(spots, identityPaint(row), isNear ? 1 : 0.22),
      ),
      ...arrows.map(({ point, row }) => {
        const tip = place(point)
        const length = Math.hypot(point[0], point[1]) || 1
        const out = { x: tip.x + (11 * point[0]) / length, y: tip.y - (11 * point[1]) / length }
        return `<g opacity="${isNear ? 1 : 0.35}">${arrow(centre, tip, identityPaint(row), 2.2)}${words(
          String(row + 1),
          out,
          { 'font-size': 12, 'font-weight': 600, fill: identityPaint(row) },
        )}</g>`
      }),
    ].join('')
  }
  return {
    markup: [
      half(false),
      circle(centre, radius, { fill: paint('surface'), 'fill-opacity': 0.35, stroke: paint('faint') }),
      half(true),
      words(title, { x: centre.x, y: 12 }, { 'font-weight': 600 }),
    ].join(''),
    size: { width: side, height: top + side },
    caption: {
      title: `Three-dimensional features on the sphere: ${title}`,
      description: `${labels.length} features of ${directions.length} classes by their directions; lines: where two classes tie.`,
    },
  }
}
