/** @file Distributions of scores and angles: two or more histograms over one axis, each named at its peak. */
import type { Markish } from '@observablehq/plot'
import { axes, type Axis } from './axes.ts'
import { drawFigure, type Drawing } from './drawing.ts'
import { type Caption, type FigureSize } from './svg.ts'
import { shortPercent } from './format.ts'
import { spread, textWidth } from './labels.ts'
import { type ColourName, paint } from './palette.ts'

/** One distribution. */
export interface Distribution {
  readonly name: string
  readonly colour: ColourName
  readonly values: readonly number[]
}

/** What a histogram figure shows. Each distribution is scaled to its own total. */
export interface HistogramFigure {
  readonly caption: Caption
  readonly x: Axis & { readonly domain: readonly [number, number] }
  readonly distributions: readonly Distribution[]
  readonly bins?: number
  /** A threshold drawn across, with its name. */
  readonly threshold?: { readonly at: number; readonly label: string }
  readonly size?: FigureSize
}

/** One bin; `share` is of the distribution's own total. */
export interface Bin {
  readonly low: number
  readonly high: number
  readonly share: number
}

/** Shares of `values` in equal bins over `domain`; values outside fall into the end bins. */
export function binned(values: readonly number[], domain: readonly [number, number], bins: number): Bin[] {
  const [low, high] = domain
  const width = (high - low) / bins
  const counts = new Array<number>(bins).fill(0)
  for (const value of values) {
    const index = Math.min(bins - 1, Math.max(0, Math.floor((value - low) / width)))
    counts[index] = (counts[index] ?? 0) + 1
  }
  return counts.map((count, index) => ({
    low: low + index * width,
    high: low + (index + 1) * width,
    share: values.length === 0 ? 0 : count / values.length,
  }))
}

/** The outline of a histogram, from the axis up and back. */
const outline = (bins: readonly Bin[]): { x: number; y: number }[] =>
  bins.flatMap((bin) => [
    { x: bin.low, y: bin.share },
    { x: bin.high, y: bin.share },
  ])

/** Draws distributions over one axis, shares upward, with the threshold where one is given. */
export function histogramFigure(drawing: Drawing, figure: HistogramFigure): string {
  const { Plot } = drawing
  const size = figure.size ?? { width: 440, height: 280 }
  const margins = { marginTop: 50, marginRight: 18, marginBottom: 42, marginLeft: 50 }
  const bins = figure.bins ?? 50
  const drawn = figure.distributions.map((distribution) => ({
    ...distribution,
    bins: binned(distribution.values, figure.x.domain, bins),
  }))
  const top = Math.max(0.01, ...drawn.flatMap((one) => one.bins.map((bin) => bin.share))) * 1.06
  const inner = size.width - margins.marginLeft - margins.marginRight
  const [low, high] = figure.x.domain
  const toPixel = (x: number): number => ((x - low) / (high - low)) * inner
  const centres = drawn.map((one) => {
    const peak = one.bins.reduce((best, bin) => (bin.share > best.share ? bin : best), {
      low,
      high,
      share: -1,
    })
    return toPixel((peak.low + peak.high) / 2)
  })
  const widest = Math.max(0, ...drawn.map((one) => textWidth(one.name)))
  const places = spread(centres, widest + 14, widest / 2, inner - widest / 2)
  const marks: Markish[] = drawn.flatMap((one, index) => [
    Plot.areaY(outline(one.bins), { x: 'x', y1: 0, y2: 'y', fill: paint(one.colour), fillOpacity: 0.2 }),
    Plot.lineY(outline(one.bins), { x: 'x', y: 'y', stroke: paint(one.colour), strokeWidth: 1.4 }),
    Plot.text([one.name], {
      text: (text: string) => text,
      frameAnchor: 'top-left',
      textAnchor: 'middle',
      fill: paint(one.colour),
      fontWeight: 600,
      dx: places[index] ?? 0,
      dy: -8,
    }),
  ])
  const threshold = figure.threshold
  const half = threshold === undefined ? 0 : textWidth(threshold.label) / 2
  const from = threshold === undefined ? 0 : toPixel(threshold.at)
  const side = from + half > inner + margins.marginRight ? 'end' : from < half ? 'start' : 'middle'
  return drawFigure(drawing, figure.caption, {
    ...size,
    ...margins,
    x: { domain: [...figure.x.domain] },
    y: { domain: [0, top] },
    marks: [
      axes(drawing, figure.x, { label: 'share of each', format: shortPercent, tickCount: 4 }),
      marks,
      ...(threshold === undefined
        ? []
        : [
            Plot.ruleX([threshold.at], { stroke: paint('ink'), strokeWidth: 1.4 }),
            Plot.text([threshold.label], {
              text: (text: string) => text,
              x: threshold.at,
              frameAnchor: 'top',
              textAnchor: side,
              fill: paint('ink'),
              stroke: paint('surface'),
              strokeWidth: 4,
              dy: -25,
            }),
          ]),
    ],
  })
}
