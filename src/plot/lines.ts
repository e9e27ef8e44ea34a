/** @file Curves over iterations (or anything else), each named at its right end. */
import type { Markish } from '@observablehq/plot'
import { axes, type Axis } from './axes.ts'
import { drawFigure, type Drawing } from './drawing.ts'
import { type Caption, type FigureSize } from './svg.ts'
import type { XY } from './xy.ts'
import { spread, textWidth } from './labels.ts'
import { type ColourName, paint } from './palette.ts'

/** An interval around a point of a curve. */
export interface Spread {
  readonly x: number
  readonly low: number
  readonly high: number
}

/** One curve. */
export interface Line {
  /** Written at its end; empty for none. */
  readonly name: string
  readonly colour: ColourName
  readonly points: readonly XY[]
  /** The same curve before smoothing, drawn faintly behind. */
  readonly raw?: readonly XY[]
  /** Intervals, drawn as a band. */
  readonly band?: readonly Spread[]
  readonly dashed?: boolean
  /** Marks each point; for few points. */
  readonly dots?: boolean
  /** Drawn as steps: the value holds until the next point. */
  readonly steps?: boolean
}

/** A thin line across the figure with a word beside it. */
export interface Rule {
  readonly at: number
  readonly axis: 'x' | 'y'
  readonly label: string
}

/** What a figure of curves shows. */
export interface LineFigure {
  readonly caption: Caption
  readonly x: Axis & { readonly domain?: readonly [number, number]; readonly log?: boolean }
  readonly y: Axis & { readonly domain?: readonly [number, number]; readonly log?: boolean }
  readonly lines: readonly Line[]
  readonly rules?: readonly Rule[]
  readonly size?: FigureSize
}

const extent = (values: readonly number[]): [number, number] => {
  let low = Infinity
  let high = -Infinity
  for (const value of values) {
    if (!Number.isFinite(value)) continue
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  return low <= high ? [low, high] : [0, 1]
}

/** Powers of ten; where fewer than two are in sight, also twice and five times those. */
export function logTicks([low, high]: readonly [number, number]): number[] {
  const from = Math.floor(Math.log10(low))
  const to = Math.ceil(Math.log10(high))
  const ticks = (factors: readonly number[]): number[] =>
    Array.from({ length: to - from + 1 }, (_, i) => factors.map((factor) => Number(`${factor}e${from + i}`)))
      .flat()
      .filter((tick) => tick >= low && tick <= high)
  const powers = ticks([1])
  return powers.length >= 2 ? powers : ticks([1, 2, 5])
}

const paddedLog = ([low, high]: readonly [number, number]): [number, number] => {
  const room = Math.max((high / low) ** 0.06, 1.1)
  return [low / room, high * room]
}

const padded = ([low, high]: readonly [number, number]): [number, number] => {
  const room = high > low ? (high - low) * 0.04 : Math.max(Math.abs(low) * 0.1, 0.05)
  return [low >= 0 && low - room < 0 ? 0 : low - room, high + room]
}

const valuesOf = (line: Line): number[] => [
  ...(line.raw ?? []).map((point) => point.y),
  ...line.points.map((point) => point.y),
  ...(line.band ?? []).flatMap((band) => [band.low, band.high]),
]

const marksOf = ({ Plot }: Drawing, line: Line): Markish[] => {
  const stroke = paint(line.colour)
  const curve = line.steps === true ? 'step-after' : 'linear'
  const marks: Markish[] = []
  if (line.band !== undefined)
    marks.push(Plot.areaY(line.band, { x: 'x', y1: 'low', y2: 'high', fill: stroke, fillOpacity: 0.14 }))
  if (line.raw !== undefined)
    marks.push(Plot.lineY(line.raw, { x: 'x', y: 'y', stroke, strokeOpacity: 0.28, strokeWidth: 1 }))
  marks.push(
    Plot.lineY(line.points, {
      x: 'x',
      y: 'y',
      stroke,
      strokeWidth: 1.8,
      curve,
      ...(line.dashed === true ? { strokeDasharray: '4,3' } : {}),
    }),
  )
  if (line.dots === true || line.points.length === 1)
    marks.push(Plot.dot(line.points, { x: 'x', y: 'y', fill: stroke, r: 2.6 }))
  return marks
}

/** Draws curves; values that are not finite leave gaps. */
export function lineFigure(drawing: Drawing, figure: LineFigure): string {
  const { Plot } = drawing
  const size = figure.size ?? { width: 440, height: 260 }
  const named = figure.lines.filter((line) => line.name !== '' && line.points.length > 0)
  const marginRight = Math.max(26, ...named.map((line) => textWidth(line.name) + 14))
  const margins = { marginTop: 28, marginRight, marginBottom: 42, marginLeft: 58 }
  const ruled = (axis: 'x' | 'y'): number[] =>
    (figure.rules ?? []).filter((rule) => rule.axis === axis).map((rule) => rule.at)
  const domain =
    figure.y.domain ??
    (figure.y.log === true ? paddedLog : padded)(extent([...figure.lines.flatMap(valuesOf), ...ruled('y')]))
  const xs = extent([...figure.lines.flatMap((line) => line.points.map((point) => point.x)), ...ruled('x')])
  const xDomain: readonly [number, number] =
    figure.x.domain ??
    (xs[0] < xs[1] ? xs : figure.x.log === true ? [xs[0] / 2, xs[0] * 2] : [xs[0] - 1, xs[1] + 1])
  const across = size.width - margins.marginLeft - marginRight
  const inner = size.height - margins.marginTop - margins.marginBottom
  const scale = figure.y.log === true ? Math.log : (y: number): number => y
  const toPixel = (y: number): number =>
    (1 - (scale(y) - scale(domain[0])) / (scale(domain[1]) - scale(domain[0]))) * inner
  const ends = named.map((line) => line.points.at(-1) ?? { x: 0, y: 0 })
  const places = spread(
    ends.map((end) => toPixel(end.y)),
    15,
    0,
    inner,
  )
  return drawFigure(drawing, figure.caption, {
    ...size,
    ...margins,
    x: { domain: [...xDomain], type: figure.x.log === true ? 'log' : 'linear' },
    y: { domain: [...domain], type: figure.y.log === true ? 'log' : 'linear' },
    marks: [
      axes(
        drawing,
        figure.x.log === true
          ? { ticks: logTicks(xDomain), ...figure.x }
          : { tickCount: Math.max(2, Math.floor(across / 75)), ...figure.x },
        figure.y.log === true ? { ticks: logTicks(domain), ...figure.y } : figure.y,
      ),
      ...(figure.rules ?? []).map((rule) => ruleMarks(drawing, rule)),
      ...figure.lines.map((line) => marksOf(drawing, line)),
      ...named.map((line, index) =>
        Plot.text([ends[index]], {
          x: xDomain[1],
          y: 'y',
          text: () => line.name,
          fill: paint(line.colour),
          fontWeight: 600,
          textAnchor: 'start',
          dx: 8,
          dy: (places[index] ?? 0) - toPixel(ends[index]?.y ?? 0),
        }),
      ),
    ],
  })
}

const ruleMarks = ({ Plot }: Drawing, rule: Rule): Markish[] => {
  const stroke = { stroke: paint('soft'), strokeDasharray: '2,3' }
  const words = { text: () => rule.label, fill: paint('soft'), fontSize: 12 }
  return rule.axis === 'y'
    ? [
        Plot.ruleY([rule.at], stroke),
        Plot.text([rule.at], {
          y: (at: number) => at,
          ...words,
          frameAnchor: 'left',
          textAnchor: 'start',
          dx: 4,
          dy: -7,
        }),
      ]
    : [
        Plot.ruleX([rule.at], stroke),
        Plot.text([rule.at], {
          x: (at: number) => at,
          ...words,
          frameAnchor: 'top',
          textAnchor: 'start',
          dx: 5,
          dy: 6,
        }),
      ]
}
