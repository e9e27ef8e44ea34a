/** @file Trade-offs between the two errors: the receiver operating characteristic and the detection error trade-off. */
import { axes } from './axes.ts'
import { drawFigure, type Drawing } from './drawing.ts'
import { type Caption, type FigureSize } from './svg.ts'
import { percent, shortPercent } from './format.ts'
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

/** What a ROC or DET figure shows. */
export interface RocFigure {
  readonly caption: Caption
  readonly curves: readonly RocCurve[]
  /** The false accept rate on a logarithmic axis. @defaultValue true */
  readonly logFar?: boolean
  /** The smallest rate drawn on a logarithmic axis; below it the pairs say nothing. @defaultValue 1e-4 */
  readonly smallestFar?: number
  readonly size?: FigureSize
}

const decades = (smallest: number): number[] => {
  const ticks: number[] = []
  for (let exponent = Math.ceil(Math.log10(smallest) - 1e-9); exponent <= 0; exponent++)
    ticks.push(10 ** exponent)
  return ticks.map((tick) => Number(tick.toPrecision(1)))
}

const colourOf = (curve: RocCurve, index: number): ColourName =>
  curve.colour ?? seriesColours[index % seriesColours.length] ?? 'grey'

/** Both corners and every point that can be drawn; on a logarithmic axis the curve enters at the left edge. */
const drawable = (points: readonly RocPoint[], smallest: number | undefined): RocPoint[] => {
  if (smallest === undefined) return [{ far: 0, tar: 0 }, ...points, { far: 1, tar: 1 }]
  const entry = points
    .filter((point) => point.far <= smallest)
    .reduce((best, point) => Math.max(best, point.tar), 0)
  return [
    { far: smallest, tar: entry },
    ...points.filter((point) => point.far > smallest),
    { far: 1, tar: 1 },
  ]
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
  const smallest = log ? (figure.smallestFar ?? 1e-4) : undefined
  const size = figure.size ?? { width: 440, height: 310 }
  const label = (curve: RocCurve): string =>
    curve.auc === undefined ? curve.name : `${curve.name} · AUC ${percent(curve.auc)}`
  const margins = { marginTop: 28, marginRight: 26, marginBottom: 42, marginLeft: 50 }
  const chance = Array.from({ length: 101 }, (_, i) =>
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
    ...figure.curves.flatMap((curve) => along(drawable(curve.points, smallest), across, frame.height)),
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
          label: 'different people taken for the same (false accept rate)',
          format: shortPercent,
          ...(smallest === undefined ? {} : { ticks: decades(smallest) }),
        },
        { label: 'same person recognised (true accept rate)', format: shortPercent },
      ),
      Plot.lineY(chance, {
        x: (far: number) => far,
        y: (far: number) => far,
        stroke: paint('faint'),
        strokeDasharray: '2,3',
      }),
      ...figure.curves.map((curve, index) =>
        Plot.line(drawable(curve.points, smallest), {
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
          fontWeight: 600,
          dx: corner.x,
          dy: corner.y + 9 + index * 17,
        }),
      ),
    ],
  })
}

/** The normal deviate whose lower tail is `p` (Acklam's rational approximation, 1e-9 relative). */
export function probit(p: number): number {
  if (p <= 0 || p >= 1) return p <= 0 ? -Infinity : Infinity
  const tail = (q: number): number =>
    (((((-7.784894002430293e-3 * q - 0.3223964580411365) * q - 2.400758277161838) * q - 2.549732539343734) *
      q +
      4.374664141464968) *
      q +
      2.938163982698783) /
    ((((7.784695709041462e-3 * q + 0.3224671290700398) * q + 2.445134137142996) * q + 3.754408661907416) * q +
      1)
  if (p < 0.02425) return tail(Math.sqrt(-2 * Math.log(p)))
  if (p > 1 - 0.02425) return -tail(Math.sqrt(-2 * Math.log(1 - p)))
  const q = p - 0.5
  const r = q * q
  return (
    ((((((-39.69683028665376 * r + 220.9460984245205) * r - 275.9285104469687) * r + 138.357751867269) * r -
      30.66479806614716) *
      r +
      2.506628277459239) *
      q) /
    (((((-54.47609879822406 * r + 161.5858368580409) * r - 155.6989798598866) * r + 66.80131188771972) * r -
      13.28068155288572) *
      r +
      1)
  )
}

/** False reject rate against false accept rate on normal-deviate axes, where curves are nearly straight. */
export function detFigure(drawing: Drawing, figure: RocFigure): string {
  const { Plot } = drawing
  const smallest = figure.smallestFar ?? 1e-3
  const size = figure.size ?? { width: 420, height: 400 }
  const shares = [0.0001, 0.001, 0.01, 0.05, 0.2, 0.4].filter((share) => share >= smallest)
  const domain: [number, number] = [probit(smallest), probit(0.5)]
  const inside = (share: number): boolean => share >= smallest && share <= 0.5
  const axis = {
    ticks: shares.map(probit),
    format: (deviate: number): string =>
      shortPercent(shares.find((share) => Math.abs(probit(share) - deviate) < 1e-9) ?? 0),
  }
  return drawFigure(drawing, figure.caption, {
    ...size,
    marginTop: 28,
    marginRight: 26,
    marginBottom: 42,
    marginLeft: 54,
    x: { domain },
    y: { domain },
    marks: [
      axes(drawing, { ...axis, label: 'false accept rate' }, { ...axis, label: 'false reject rate' }),
      Plot.gridX(axis.ticks, { stroke: paint('grid'), strokeOpacity: 1 }),
      Plot.line(domain, {
        x: (d: number) => d,
        y: (d: number) => d,
        stroke: paint('faint'),
        strokeDasharray: '2,3',
      }),
      ...figure.curves.map((curve, index) =>
        Plot.line(
          curve.points.filter((point) => inside(point.far) && inside(1 - point.tar)),
          {
            x: (point: RocPoint) => probit(point.far),
            y: (point: RocPoint) => probit(1 - point.tar),
            stroke: paint(colourOf(curve, index)),
            strokeWidth: 1.9,
          },
        ),
      ),
      ...figure.curves.map((curve, index) =>
        Plot.text([curve.name], {
          text: (text: string) => text,
          frameAnchor: 'top-right',
          textAnchor: 'end',
          fill: paint(colourOf(curve, index)),
          stroke: paint('surface'),
          strokeWidth: 4,
          fontWeight: 600,
          dx: -8,
          dy: 10 + index * 17,
        }),
      ),
    ],
  })
}
