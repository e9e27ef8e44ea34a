/** @file The detection error trade-off: both errors on normal-deviate axes, where curves are nearly straight. */
import { axes } from './axes.ts'
import { drawFigure, type Drawing } from './drawing.ts'
import { shortPercent, superscript } from './format.ts'
import { spread, textWidth } from './labels.ts'
import { paint } from './palette.ts'
import { colourOf, type RocCurve, type RocPoint } from './roc.ts'
import { type Caption, type FigureSize } from './svg.ts'

/** What a DET figure shows. */
export interface DetFigure {
  readonly caption: Caption
  readonly curves: readonly RocCurve[]
  /** The smallest false accept rate drawn; below it the pairs say nothing. @defaultValue 1e-3 */
  readonly smallestFar?: number
  /** The smallest false reject rate drawn. @defaultValue 1e-3 */
  readonly smallestFrr?: number
  readonly labels?: { readonly x: string; readonly y: string }
  readonly size?: FigureSize
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

const shares: readonly number[] = [1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.05, 0.2, 0.5]

const shareName = (share: number): string =>
  share >= 1e-3 ? shortPercent(share) : `10${superscript(Math.round(Math.log10(share)))}`

/** Where the curve leaves the picture, put on its edge, so that it does not end in the open. */
const between = (a: RocPoint, b: RocPoint, share: number): RocPoint => ({
  far: a.far + share * (b.far - a.far),
  tar: a.tar + share * (b.tar - a.tar),
})

const clipped = (points: readonly RocPoint[], far: number, frr: number): RocPoint[] => {
  const isInside = (point: RocPoint): boolean =>
    point.far >= far && point.far <= 0.5 && 1 - point.tar >= frr && 1 - point.tar <= 0.5
  return points.flatMap((point, i) => {
    if (isInside(point)) return [point]
    const next = points[i + 1]
    const before = points[i - 1]
    const neighbour = [next, before].find((one) => one !== undefined && isInside(one))
    if (neighbour === undefined) return []
    // the last share of the way that is still inside, by bisection
    let [low, high] = [0, 1]
    for (let round = 0; round < 30; round++) {
      const middle = (low + high) / 2
      if (isInside(between(neighbour, point, middle))) low = middle
      else high = middle
    }
    return [between(neighbour, point, low)]
  })
}

/** False reject rate against false accept rate on normal-deviate axes. */
export function detFigure(drawing: Drawing, figure: DetFigure): string {
  const { Plot } = drawing
  const smallest = { x: figure.smallestFar ?? 1e-3, y: figure.smallestFrr ?? 1e-3 }
  const size = figure.size ?? { width: 440, height: 400 }
  const lines = figure.curves.map((curve) => clipped(curve.points, smallest.x, smallest.y))
  const marginRight = Math.max(26, ...figure.curves.map((curve) => textWidth(curve.name) + 14))
  const margins = { marginTop: 28, marginRight, marginBottom: 42, marginLeft: 54 }
  const axis = (
    least: number,
  ): { readonly ticks: number[]; readonly format: (deviate: number) => string } => {
    const drawn = shares.filter((share) => share >= least * 0.999)
    return {
      ticks: drawn.map(probit),
      format: (deviate) => shareName(drawn.find((share) => Math.abs(probit(share) - deviate) < 1e-9) ?? 0.5),
    }
  }
  const x = { domain: [probit(smallest.x), probit(0.5)] as [number, number] }
  const y = { domain: [probit(smallest.y), probit(0.5)] as [number, number] }
  const inner = size.height - margins.marginTop - margins.marginBottom
  const toPixel = (point: RocPoint): number =>
    (1 - (probit(1 - point.tar) - y.domain[0]) / (y.domain[1] - y.domain[0])) * inner
  const ends = lines.map((points) => points.at(-1) ?? { far: 0.5, tar: 1 - smallest.y })
  const places = spread(ends.map(toPixel), 15, 0, inner)
  return drawFigure(drawing, figure.caption, {
    ...size,
    ...margins,
    x,
    y,
    marks: [
      axes(
        drawing,
        { ...axis(smallest.x), label: figure.labels?.x ?? 'false accept rate' },
        { ...axis(smallest.y), label: figure.labels?.y ?? 'false reject rate' },
      ),
      Plot.gridX(axis(smallest.x).ticks, { stroke: paint('grid'), strokeOpacity: 1 }),
      Plot.line([Math.max(x.domain[0], y.domain[0]), 0], {
        x: (d: number) => d,
        y: (d: number) => d,
        stroke: paint('faint'),
        strokeDasharray: '2,3',
      }),
      ...lines.map((points, index) =>
        Plot.line(points, {
          x: (point: RocPoint) => probit(point.far),
          y: (point: RocPoint) => probit(1 - point.tar),
          stroke: paint(colourOf(figure.curves[index] ?? {}, index)),
          strokeWidth: 1.9,
        }),
      ),
      ...figure.curves.map((curve, index) =>
        Plot.text([curve.name], {
          text: (text: string) => text,
          x: () => x.domain[1],
          y: () => probit(1 - (ends[index]?.tar ?? 0.5)),
          textAnchor: 'start',
          fill: paint(colourOf(curve, index)),
          fontWeight: 600,
          dx: 8,
          dy: (places[index] ?? 0) - toPixel(ends[index] ?? { far: 0.5, tar: 0.5 }),
        }),
      ),
    ],
  })
}
