/** @file What noise does to decisions: features on the circle with the flipped ones crossed, and shares over its strength. */
import { chartFrame } from './chart-frame.ts'
import { percent } from './format.ts'
import { spread, type Spot, textWidth } from './labels.ts'
import { marginHatch } from './margin-hatch.ts'
import { type ColourName, identityPaint, paint } from './palette.ts'
import type { Pane } from './pane.ts'
import { type DecisionRule, sectors } from './sectors.ts'
import { sectorLook } from './sector-look.ts'
import { arcPoints, arrow, circle, cross, dots, onCircle, polygon, polyline, words } from './shapes.ts'

/** Features on the circle after noise. */
export interface NoisyCircle {
  readonly title: string
  /** [N, 2]. */
  readonly features: ArrayLike<number>
  /** [N], each in [0, C). */
  readonly labels: ArrayLike<number>
  /** [C, 2]. */
  readonly weights: ArrayLike<number>
  readonly rule: DecisionRule
  /** Rows whose decision the noise changed. */
  readonly flipped: readonly number[]
}

const side = 300
const top = 26
const centre: Spot = { x: side / 2, y: top + side / 2 }
const radius = side * 0.36

/** Draws the regions and every feature's direction; those of one class lie on rings, so that crowds are seen. */
export function noisyCirclePane(set: NoisyCircle): Pane {
  const { title, features, labels, weights, rule, flipped } = set
  const classes = weights.length / 2
  const decided = sectors(weights, rule)
  const spotOf = (row: number): Spot => {
    const angle = Math.atan2(features[2 * row + 1] ?? 0, features[2 * row] ?? 0)
    // rings by the golden ratio, so that neighbours in the list lie apart
    return onCircle(centre, radius + 6 + 26 * ((row * 0.618034) % 1), angle)
  }
  const rows = Array.from(labels, (_, row) => row)
  const isFlipped = new Set(flipped)
  const crosses = flipped.map((row) => cross(spotOf(row), 3.5)).join('')
  const share = flipped.length / Math.max(1, rows.length)
  const sentence = `${flipped.length} of ${rows.length} decisions flipped (crossed): ${percent(share)}`
  return {
    markup: [
      ...decided.map((sector) =>
        polygon([centre, ...arcPoints(centre, radius, sector.from, sector.to)], sectorLook(sector)),
      ),
      marginHatch(decided, centre, radius),
      circle(centre, radius, { fill: 'none', stroke: paint('faint') }),
      ...Array.from({ length: classes }, (_, row) => {
        const angle = Math.atan2(weights[2 * row + 1] ?? 0, weights[2 * row] ?? 0)
        return (
          arrow(centre, onCircle(centre, radius * 0.82, angle), identityPaint(row), 2.2) +
          words(String(row + 1), onCircle(centre, radius * 0.82 + 10, angle), {
            'font-size': 12,
            'font-weight': 600,
            fill: identityPaint(row),
          })
        )
      }),
      ...Array.from({ length: classes }, (_, label) =>
        dots(
          rows.filter((row) => labels[row] === label && !isFlipped.has(row)).map(spotOf),
          1.8,
          identityPaint(label),
          0.7,
        ),
      ),
      crosses === '' ? '' : `<path d="${crosses}" fill="none" stroke="${paint('ink')}" stroke-width="1.5"/>`,
      words(title, { x: centre.x, y: 12 }, { 'font-weight': 600 }),
      words(sentence, { x: centre.x, y: top + side + 10 }, { 'font-size': 12 }),
    ].join(''),
    size: { width: side, height: top + side + 24 },
    caption: { title: `Noisy features under ${title}`, description: `${sentence}.` },
  }
}

/** Shares over the strength of the noise. */
export interface NoiseCurves {
  /** Degrees, rising. */
  readonly strengths: readonly number[]
  readonly curves: readonly {
    readonly name: string
    readonly colour: ColourName
    readonly dashed?: boolean
    /** One for each strength, in [0, 1]. */
    readonly shares: readonly number[]
    /** At the current strength. */
    readonly now: number
  }[]
  /** The strength that is set, degrees. */
  readonly strength: number
}

/** A drawn chart, where the current strength stands, and the strength of a pixel. */
export interface NoiseCurvesPane extends Pane {
  readonly spot: Spot
  readonly strengthAt: (spot: Spot) => number
}

const chartHeight = 290
const left = 46

/** Draws one curve a loss, each named with its share at the current strength. */
export function noiseCurvesPane({ strengths, curves, strength }: NoiseCurves): NoiseCurvesPane {
  const last = strengths.at(-1) ?? 1
  const most = Math.max(0.05, ...curves.flatMap(({ shares, now }) => [...shares, now]))
  const ceiling = Math.min(1, Math.ceil(most * 10) / 10)
  const right = Math.max(70, ...curves.map(({ name }) => textWidth(name) + 14))
  // long names widen the chart before they take the curves' place
  const chartSize = { width: Math.max(330, left + 150 + right), height: chartHeight }
  const frame = chartFrame(
    {
      label: 'noise: standard deviation of the angle',
      from: 0,
      to: last,
      ticks: [0, 1, 2, 3].map((i) => (i * last) / 3),
      format: (value) => `${Math.round(value)}°`,
    },
    {
      label: 'decisions flipped',
      from: 0,
      to: ceiling,
      ticks: [0, ceiling / 2, ceiling],
      format: (value) => percent(value, 0),
    },
    chartSize,
    { left, right, top: 40, bottom: 44 },
  )
  const { area, place, across } = frame
  const x = across(strength)
  const ends = spread(
    curves.map(({ shares }) => frame.down(shares.at(-1) ?? 0)),
    32,
    area.y,
    area.y + area.height - 16,
  )
  const names = curves.map(({ name, now }) => `${name} ${percent(now)}`)
  return {
    spot: { x, y: area.y + area.height },
    strengthAt: (spot) => frame.valuesAt(spot).x,
    markup: [
      frame.markup,
      polyline(
        [
          { x, y: area.y },
          { x, y: area.y + area.height },
        ],
        { stroke: paint('soft'), 'stroke-dasharray': '2,3' },
      ),
      ...curves.flatMap(({ name, colour, dashed, shares, now }, index) => {
        const look = {
          stroke: paint(colour),
          'stroke-width': 2,
          ...(dashed === true ? { 'stroke-dasharray': '6,3' } : {}),
        }
        const y = ends[index] ?? 0
        const at = { x: area.x + area.width + 8, y }
        const start = { fill: paint(colour), 'text-anchor': 'start' }
        return [
          polyline(
            shares.map((share, i) => place(strengths[i] ?? 0, share)),
            look,
          ),
          circle(place(strength, now), 5, {
            fill: paint(colour),
            stroke: paint('surface'),
            'stroke-width': 1.5,
          }),
          words(name, at, { ...start, 'font-weight': 600 }),
          words(`${percent(now)} here`, { x: at.x, y: y + 15 }, { ...start, 'font-size': 12 }),
        ]
      }),
    ].join(''),
    size: chartSize,
    caption: {
      title: 'Share of decisions flipped by noise',
      description: `With noise of ${strength.toFixed(1)}°: ${names.join(', ')}.`,
    },
  }
}
