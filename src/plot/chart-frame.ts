/** @file The frame of a chart drawn by hand: scales that go both ways, so that what is drawn can also be dragged. */
import type { Spot } from './labels.ts'
import { paint } from './palette.ts'
import { polyline, words } from './shapes.ts'
import type { FigureSize } from './svg.ts'

/** One axis of a chart: what it measures and how it is spread over the pixels. */
export interface ChartAxis {
  readonly label: string
  readonly from: number
  readonly to: number
  /** Bends the axis, rising: `Math.log10` for a logarithmic one. @defaultValue straight */
  readonly bend?: { readonly forward: (value: number) => number; readonly back: (bent: number) => number }
  readonly ticks: readonly number[]
  readonly format: (value: number) => string
}

/** A logarithmic axis. */
export const logarithmic: NonNullable<ChartAxis['bend']> = {
  forward: Math.log10,
  back: (bent) => 10 ** bent,
}

/** Probabilities spread by their odds, so that 0.9, 0.99 and 0.999 lie apart. */
export const byOdds: NonNullable<ChartAxis['bend']> = {
  forward: (share) => Math.log(share / (1 - share)),
  back: (odds) => 1 / (1 + Math.exp(-odds)),
}

/** Pixels around the plotted area. */
export interface ChartMargins {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

/** Where values lie in pixels, and back. */
export interface ChartFrame {
  /** The plotted area. */
  readonly area: { readonly x: number; readonly y: number; readonly width: number; readonly height: number }
  readonly place: (x: number, y: number) => Spot
  readonly across: (value: number) => number
  readonly down: (value: number) => number
  /** The values at a pixel, held within the axes. */
  readonly valuesAt: (spot: Spot) => { readonly x: number; readonly y: number }
  /** Grid, ticks and labels. */
  readonly markup: string
}

const straight: NonNullable<ChartAxis['bend']> = { forward: (value) => value, back: (bent) => bent }

const scaleOf = (
  axis: ChartAxis,
): { readonly share: (value: number) => number; readonly value: (share: number) => number } => {
  const { forward, back } = axis.bend ?? straight
  const [low, high] = [forward(axis.from), forward(axis.to)]
  return {
    share: (value) => (forward(value) - low) / (high - low),
    value: (share) => back(low + Math.max(0, Math.min(1, share)) * (high - low)),
  }
}

const usual: ChartMargins = { left: 46, right: 14, top: 44, bottom: 44 }

/** Lays out two axes in a picture of `size`. */
export function chartFrame(
  x: ChartAxis,
  y: ChartAxis,
  size: FigureSize,
  margins: ChartMargins = usual,
): ChartFrame {
  const area = {
    x: margins.left,
    y: margins.top,
    width: size.width - margins.left - margins.right,
    height: size.height - margins.top - margins.bottom,
  }
  const [horizontal, vertical] = [scaleOf(x), scaleOf(y)]
  const across = (value: number): number => area.x + horizontal.share(value) * area.width
  const down = (value: number): number => area.y + (1 - vertical.share(value)) * area.height
  const place = (one: number, two: number): Spot => ({ x: across(one), y: down(two) })
  const small = { 'font-size': 12, fill: paint('soft') }
  const grid = { stroke: paint('grid') }
  const bottom = area.y + area.height
  const markup = [
    ...y.ticks.map((tick) => polyline([place(x.from, tick), place(x.to, tick)], grid)),
    ...y.ticks.map((tick) =>
      words(y.format(tick), { x: area.x - 7, y: down(tick) }, { ...small, 'text-anchor': 'end' }),
    ),
    ...x.ticks.map((tick) => words(x.format(tick), { x: across(tick), y: bottom + 14 }, small)),
    words(x.label, { x: area.x + area.width / 2, y: bottom + 32 }, small),
    words(y.label, { x: 4, y: area.y - 14 }, { ...small, 'text-anchor': 'start' }),
    polyline([place(x.from, y.from), place(x.to, y.from)], { stroke: paint('faint') }),
  ].join('')
  return {
    area,
    place,
    across,
    down,
    markup,
    valuesAt: (spot) => ({
      x: horizontal.value((spot.x - area.x) / area.width),
      y: vertical.value(1 - (spot.y - area.y) / area.height),
    }),
  }
}
