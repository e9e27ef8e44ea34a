/** @file The receiver operating characteristic: the trade-off between the two errors. */
import { axes } from './axes.ts'
import { drawFigure, type Drawing } from './drawing.ts'
import { type Caption, type FigureSize } from './svg.ts'
import { percent, shortPercent, superscript } from './format.ts'
import { quietCorner, type Spot, textWidth } from './labels.ts'
import { type ColourName, paint, seriesColours } from './palette.ts'

/** One operating point: shares in [0, 1]. */
export interface RocPoint {
  readonly far: number
  readonly tar: number
}

/** One model's curve, from the strictest threshold to the laxest. */
export interface RocCurve {
  readonly name: string
  readonly points: readonly RocPoint[]
  /** Area under the curve in [0, 1]; written beside the name. */
  readonly auc?: number
  readonly colour?: ColourName
  readonly dashed?: boolean
}

/** What a ROC figure shows. */
export interface RocFigure {
  readonly caption: Caption
  readonly curves: readonly RocCurve[]
  /** The false accept rate on a logarithmic axis. @defaultValue true */
  readonly logFar?: boolean
  /** The smallest rate drawn on a logarithmic axis; below it the pairs say nothing. @defaultValue 1e-4 */
  readonly smallestFar?: number
  readonly labels?: { readonly x: string; readonly y: string }
  /** An open set: no line of guessing, and accepting everybody does not find everybody. @defaultValue false */
  readonly openSet?: boolean
  readonly size?: FigureSize
}

const decades = (smallest: number): number[] => {
  const ticks: number[] = []
  for (let exponent = Math.ceil(Math.log10(smallest) - 1e-9); exponent <= 0; exponent++)
    ticks.push(10 ** exponent)
  return ticks.map((tick) => Number(tick.toPrecision(1)))
}

/** A curve's colour: its own, else the series' by its place. */
export function colourOf(curve: Pick<RocCurve, 'colour'>, index: number): ColourName {
  return curve.colour ?? seriesColours[index % seriesColours.length] ?? 'grey'
}

/** Rates on an axis that reaches far down are written as powers of ten; percentages would not fit. */
const rateFormat =
  (smallest: number): ((rate: number) => string) =>
  (rate) =>
    smallest >= 1e-4
      ? shortPercent(rate)
      : rate === 1
        ? '1'
        : `10${superscript(Math.round(Math.log10(rate)))}`

/**
 * Every point that can be drawn, and the corners where all are refused and all accepted, which an open set has not; on a
 * logarithmic axis the curve enters at the left edge.
 */
const drawable = (points: readonly RocPoint[], smallest: number | undefined, isOpen: boolean): RocPoint[] => {
  const last = isOpen ? [] : [{ far: 1, tar: 1 }]
  if (smallest === undefined) return [{ far: 0, tar: 0 }, ...points, ...last]
  const entry = points
    .filter((point) => point.far <= smallest)
    .reduce((best, point) => Math.max(best, point.tar), 0)
  return [{ far: smallest, tar: entry }, ...points.filter((point) => point.far > smallest), ...last]
}

/** Pixels every few along a curve of steps, for seeing where there is room. */
const along = (points: readonly RocPoint[], across: (far: number) => number, height: number): Spot[] =>
  points.flatMap((point, index) => {
    const from = { x: across(point.far), y: (1 - point.tar) * height }
    const next = points[index + 1]
    if (next === undefined) return [from]
    const to = { x: across(next.far), y: (1 - next.tar) * height }
    const flat = Math.ceil(Math.abs(to.x - from.x) / 6)
    const steep = Math.ceil(Math.abs(to.y - from.y) / 6)
    return [
      from,
      ...Array.from({ length: flat }, (_, i) => ({ x: from.x + ((to.x - from.x) * i) / flat, y: from.y })),
      ...Array.from({ length: steep }, (_, i) => ({ x: to.x, y: from.y + ((to.y - from.y) * i) / steep })),
    ]
  })

/** True accept rate against false accept rate, for one or several models. */
export function rocFigure(drawing: Drawing, figure: RocFigure): string {
  const { Plot } = drawing
  const log = figure.logFar ?? true
  const isOpen = figure.openSet ?? false
  const smallest = log ? (figure.smallestFar ?? 1e-4) : undefined
  const size = figure.size ?? { width: 440, height: 310 }
  const label = (curve: RocCurve): string =>
    curve.auc === undefined ? curve.name : `${curve.name} · AUC ${percent(curve.auc)}`
  const margins = { marginTop: 28, marginRight: 26, marginBottom: 42, marginLeft: 50 }
  const chance = Array.from({ length: isOpen ? 0 : 101 }, (_, i) =>
    smallest === undefined ? i / 100 : smallest ** (1 - i / 100),
  )
  const frame = {
    width: size.width - margins.marginLeft - margins.marginRight,
    height: size.height - margins.marginTop - margins.marginBottom,
  }
  const across = (far: number): number =>
    (smallest === undefined ? far : 1 - Math.log(far) / Math.log(smallest)) * frame.width
  const taken = [
    ...chance.map((far) => ({ x: across(far), y: (1 - far) * frame.height })),
    ...figure.curves.flatMap((curve) =>
      along(drawable(curve.points, smallest, isOpen), across, frame.height),
    ),
  ]
  const box = {
    width: Math.max(0, ...figure.curves.map((curve) => textWidth(label(curve)))),
    height: figure.curves.length * 17,
  }
  const corner = quietCorner(taken, box, frame)
  return drawFigure(drawing, figure.caption, {
    ...size,
    ...margins,
    x: smallest === undefined ? { domain: [0, 1] } : { type: 'log', domain: [smallest, 1] },
    y: { domain: [0, 1] },
    marks: [
      axes(
        drawing,
        {
          label: figure.labels?.x ?? 'different people taken for the same (false accept rate)',
          format: rateFormat(smallest ?? 1),
          ...(smallest === undefined ? {} : { ticks: decades(smallest) }),
        },
        { label: figure.labels?.y ?? 'same person recognised (true accept rate)', format: shortPercent },
      ),
      Plot.lineY(chance, {
        x: (far: number) => far,
        y: (far: number) => far,
        stroke: paint('faint'),
        strokeDasharray: '2,3',
      }),
      ...figure.curves.map((curve, index) =>
        Plot.line(drawable(curve.points, smallest, isOpen), {
          x: 'far',
          y: 'tar',
          stroke: paint(colourOf(curve, index)),
          strokeWidth: 1.9,
          curve: 'step-after',
          ...(curve.dashed === true ? { strokeDasharray: '5,3' } : {}),
        }),
      ),
      ...figure.curves.map((curve, index) =>
        Plot.text([label(curve)], {
          text: (text: string) => text,
          frameAnchor: 'top-left',
          textAnchor: 'start',
          fill: paint(colourOf(curve, index)),
          stroke: paint('surface'),
          strokeWidth: 4,
          fontWeight: 600,
          dx: corner.x,
          dy: corner.y + 9 + index * 17,
        }),
      ),
    ],
  })
}
