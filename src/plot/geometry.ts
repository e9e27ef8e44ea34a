/** @file Two class weights and a feature on the unit circle: the paper's Fig 3. */
import { fixed } from './format.ts'
import type { Spot } from './labels.ts'
import { marginHatch } from './margin-hatch.ts'
import { paint } from './palette.ts'
import { type DecisionRule, sectors } from './sectors.ts'
import { arcPoints, arrow, circle, onCircle, polygon, polyline, words } from './shapes.ts'

/** W_1, W_2 and x by their directions, in radians. */
export interface Geometry {
  readonly title: string
  readonly rule: DecisionRule
  /** How the loss writes what it makes of cos θ_1: `cos θ₁ − m`. */
  readonly ownName: string
  readonly weights: readonly [number, number]
  readonly feature: number
}

/** The turn from one direction to another, in (−π, π]. */
export const turned = (from: number, to: number): number => {
  const turn = (to - from) % (2 * Math.PI)
  return turn > Math.PI ? turn - 2 * Math.PI : turn < -Math.PI ? turn + 2 * Math.PI : turn
}

const angleMark = (
  centre: Spot,
  radius: number,
  from: number,
  to: number,
  name: string,
  colour: string,
): string => {
  const turn = turned(from, to)
  return (
    polyline(arcPoints(centre, radius, from, from + turn), { stroke: colour, 'stroke-width': 1.4 }) +
    words(name, onCircle(centre, radius + 12, from + turn / 2), { 'font-size': 12, fill: colour })
  )
}

/** The length that the margin takes off, named beside it. */
const taken = (from: Spot, to: Spot, colour: string): string => {
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1
  const beside = {
    x: (from.x + to.x) / 2 - (13 * (to.y - from.y)) / length,
    y: (from.y + to.y) / 2 + (13 * (to.x - from.x)) / length,
  }
  return (
    polyline([from, to], { stroke: paint('grey'), 'stroke-width': 6, 'stroke-opacity': 0.75 }) +
    circle(to, 4, { fill: colour, stroke: paint('surface'), 'stroke-width': 1.5 }) +
    words('m', beside, { 'font-size': 12, 'font-style': 'italic', fill: paint('soft') })
  )
}

/** What is compared, as lengths along the weights: the feet of x on both, and what the margin takes off W_1's. */
const feet = (
  centre: Spot,
  radius: number,
  { weights, feature, rule }: Geometry,
  colours: readonly string[],
): string => {
  const tip = onCircle(centre, radius, feature)
  const along = (which: 0 | 1, cosine: number): Spot => ({
    x: centre.x + radius * cosine * Math.cos(weights[which]),
    y: centre.y - radius * cosine * Math.sin(weights[which]),
  })
  const cosines = weights.map((angle) => Math.cos(turned(angle, feature)))
  const own = rule.own(cosines[0] ?? 0)
  return ([0, 1] as const)
    .map((which) => {
      const foot = along(which, cosines[which] ?? 0)
      const colour = colours[which] ?? ''
      const lost = which === 0 && own !== cosines[0] ? taken(foot, along(0, own), colour) : ''
      return (
        polyline([tip, foot], { stroke: colour, 'stroke-width': 1, 'stroke-dasharray': '3,3' }) +
        lost +
        circle(foot, 4, { fill: paint('surface'), stroke: colour, 'stroke-width': 2 })
      )
    })
    .join('')
}

/** The circle with both classes' regions, the angles of x to each weight, and the two quantities compared. */
export function geometryPanel(geometry: Geometry, size: number): string {
  const { title, rule, ownName, weights, feature } = geometry
  const centre = { x: size / 2, y: size / 2 }
  const radius = size * 0.4
  const colours = [paint('blue'), paint('orange')]
  const vectors = weights.flatMap((angle) => [Math.cos(angle), Math.sin(angle)])
  const decided = sectors(vectors, rule)
  const regions = decided.map((sector) =>
    polygon(
      [centre, ...arcPoints(centre, radius, sector.from, sector.to)],
      sector.clear
        ? { fill: colours[sector.winner] ?? paint('grey'), 'fill-opacity': '0.2' }
        : { fill: paint('grey'), 'fill-opacity': '0.3' },
    ),
  )
  const [first, second] = weights.map((angle) => Math.cos(turned(angle, feature)))
  const own = rule.own(first ?? 0)
  const other = second ?? 0
  const asked = own >= other
  return [
    ...regions,
    marginHatch(decided, centre, radius),
    circle(centre, radius, { fill: 'none', stroke: paint('faint') }),
    ...weights.map((angle, index) =>
      angleMark(
        centre,
        radius * (0.3 + 0.17 * index),
        angle,
        feature,
        `θ${index === 0 ? '₁' : '₂'}`,
        colours[index] ?? '',
      ),
    ),
    ...weights.map(
      (angle, index) =>
        arrow(centre, onCircle(centre, radius, angle), colours[index] ?? '', 2.4) +
        words(`W${index === 0 ? '₁' : '₂'}`, onCircle(centre, radius + 21, angle), {
          'font-weight': 600,
          fill: colours[index] ?? '',
        }),
    ),
    arrow(centre, onCircle(centre, radius, feature), paint('ink'), 2.2),
    feet(centre, radius, geometry, colours),
    words('x', onCircle(centre, radius + 19, feature), { 'font-weight': 600, 'font-style': 'italic' }),
    words(title, { x: size / 2, y: -12 }, { 'font-weight': 600 }),
    words(
      `${ownName} = ${fixed(own, 2)} ${asked ? '≥' : '<'} ${fixed(other, 2)} = cos θ₂`,
      { x: size / 2, y: size + 6 },
      { 'font-size': 12.5 },
    ),
    words(
      asked
        ? 'x has what the loss asks for'
        : (first ?? 0) >= other
          ? 'x is decided rightly, but not by the margin'
          : 'x is taken for class 2',
      { x: size / 2, y: size + 24 },
      { 'font-size': 12, fill: paint('soft') },
    ),
  ].join('')
}
