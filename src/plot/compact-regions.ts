/** @file Fig 3 with its numbers: how much of the circle a loss leaves each class, and what it compares for x. */
import { inDegrees } from './degrees.ts'
import { fixed } from './format.ts'
import { type Geometry, geometryPanel, turned } from './geometry.ts'
import type { Spot } from './labels.ts'
import { paint } from './palette.ts'
import type { Pane } from './pane.ts'
import { type DecisionRule, sectors } from './sectors.ts'
import { moved, onCircle, polyline, words } from './shapes.ts'

/** Degrees of the circle that meet each class's demand, and those that meet none. */
export interface RegionWidths {
  readonly classes: readonly number[]
  readonly margin: number
}

/** How much of the circle each class may claim; directions in radians. */
export function regionWidths(weights: readonly number[], rule: DecisionRule): RegionWidths {
  const found = sectors(
    weights.flatMap((angle) => [Math.cos(angle), Math.sin(angle)]),
    rule,
  )
  const widthOf = (which: number): number =>
    found
      .filter(({ winner, clear }) => clear && winner === which)
      .reduce((sum, { from, to }) => sum + inDegrees(to - from), 0)
  const classes = weights.map((_, which) => widthOf(which))
  return { classes, margin: Math.max(0, 360 - classes.reduce((sum, width) => sum + width, 0)) }
}

/** A drawn circle with the places of what can be moved, and the direction that a pixel stands for. */
export interface CompactRegionsPane extends Pane {
  /** Tips of W_1, W_2 and x. */
  readonly tips: readonly [Spot, Spot, Spot]
  /** Radians in (−π, π]. */
  readonly angleAt: (spot: Spot) => number
}

const size = 300
const top = 26
const barLeft = 96
const barWidth = 160

/** One of the compared quantities as a bar from 0 on a scale from −1 to 1. */
const bar = (name: string, value: number, y: number, colour: string): string => {
  const zero = barLeft + barWidth / 2
  const end = zero + (Math.max(-1.4, Math.min(1.4, value)) * barWidth) / 2.8
  return (
    words(name, { x: barLeft - 8, y }, { 'font-size': 12, 'text-anchor': 'end', fill: colour }) +
    polyline(
      [
        { x: zero, y },
        { x: end, y },
      ],
      { stroke: colour, 'stroke-width': 8 },
    ) +
    words(fixed(value, 2), { x: barLeft + barWidth + 6, y }, { 'font-size': 12, 'text-anchor': 'start' })
  )
}

/** Draws the circle with its regions, then cos θ_1, cos θ_1 − m and cos θ_2 as bars. */
export function compactRegionsPane(geometry: Geometry): CompactRegionsPane {
  const { weights, feature, rule, ownName, title } = geometry
  const { classes, margin } = regionWidths(weights, rule)
  const [first = 0, second = 0] = weights.map((angle) => Math.cos(turned(angle, feature)))
  const degrees = (value: number): string => `${fixed(value, 0)}°`
  const centre = { x: size / 2, y: top + size / 2 }
  const tip = (angle: number): Spot => onCircle(centre, size * 0.4, angle)
  const barsAt = top + size + 44
  const zero = barLeft + barWidth / 2
  const isPlain = ownName === 'cos θ₁'
  const rows: readonly (readonly [string, number, string])[] = [
    ['cos θ₁', first, paint('blue')],
    ...(isPlain ? [] : [[ownName, rule.own(first), paint('blue')] as const]),
    ['cos θ₂', second, paint('orange')],
  ]
  const widths = `class 1 ${degrees(classes[0] ?? 0)} · class 2 ${degrees(classes[1] ?? 0)} · margin ${degrees(margin)}`
  return {
    tips: [tip(weights[0]), tip(weights[1]), tip(feature)],
    angleAt: ({ x, y }) => Math.atan2(centre.y - y, x - centre.x),
    markup: [
      moved({ x: 0, y: top }, geometryPanel(geometry, size)),
      ...rows.map(([name, value, colour], row) => bar(name, value, barsAt + row * 18, colour)),
      polyline(
        [
          { x: zero, y: barsAt - 9 },
          { x: zero, y: barsAt + 45 },
        ],
        { stroke: paint('faint') },
      ),
      words(widths, { x: size / 2, y: barsAt + 64 }, { 'font-size': 12, fill: paint('soft') }),
    ].join(''),
    size: { width: size, height: barsAt + 80 },
    caption: {
      title: `W₁, W₂ and a feature x on the circle under ${title}`,
      description: `Of the circle: ${widths}.`,
    },
  }
}
