/** @file Shares against a count on a logarithmic axis: the cumulative match characteristic, and rank-1 among ever more distractors. */
import type { Drawing } from './drawing.ts'
import { count, shortPercent } from './format.ts'
import { lineFigure } from './lines.ts'
import { colourOf } from './roc.ts'
import { type Caption, type FigureSize } from './svg.ts'
import type { ColourName } from './palette.ts'

/** A share in [0, 1] at a rank or at a number of distractors. */
export interface CountedShare {
  readonly at: number
  readonly value: number
  readonly interval?: { readonly low: number; readonly high: number }
}

/** One model's curve. */
export interface ShareCurve {
  readonly name: string
  readonly points: readonly CountedShare[]
  readonly colour?: ColourName
}

/** What such a figure shows. */
export interface ShareFigure {
  readonly caption: Caption
  /** What is counted along the horizontal axis. */
  readonly label: string
  readonly curves: readonly ShareCurve[]
  readonly size?: FigureSize
}

/** The lowest of a few round shares that leaves the curves room. */
const floorOf = (curves: readonly ShareCurve[]): number => {
  const least = curves
    .flatMap(({ points }) => points.map(({ value, interval }) => interval?.low ?? value))
    .reduce((low, value) => Math.min(low, value), 1)
  return [0.99, 0.98, 0.95, 0.9, 0.8, 0.6, 0.4, 0.2].find((share) => share <= least - 0.002) ?? 0
}

/** Shares against counts, with intervals as bands where they are known. */
export function shareFigure(drawing: Drawing, figure: ShareFigure): string {
  const floor = floorOf(figure.curves)
  return lineFigure(drawing, {
    caption: figure.caption,
    size: figure.size ?? { width: 440, height: 300 },
    x: { label: figure.label, format: count, log: true },
    y: {
      label: 'searches that find the right person',
      format: shortPercent,
      domain: [floor, 1],
      ticks: Array.from({ length: 6 }, (_, i) => Number((floor + ((1 - floor) * i) / 5).toFixed(4))),
    },
    lines: figure.curves.map(({ name, points, colour }, index) => {
      const band = points.flatMap(({ at, interval }) =>
        interval === undefined ? [] : [{ x: at, ...interval }],
      )
      return {
        name,
        colour: colourOf(colour === undefined ? {} : { colour }, index),
        points: points.map(({ at, value }) => ({ x: at, y: value })),
        dots: true,
        ...(band.length === points.length && band.length > 1 ? { band } : {}),
      }
    }),
  })
}
