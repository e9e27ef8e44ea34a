/** @file A few curves over a common axis that begins at nothing, as a pane. */
import { type ChartAxis, chartFrame } from './chart-frame.ts'
import { count } from './format.ts'
import { textWidth } from './labels.ts'
import { type ColourName, paint } from './palette.ts'
import type { Pane } from './pane.ts'
import { polyline, words } from './shapes.ts'
import type { XY } from './xy.ts'

/** One curve, by rising x. */
export interface PaneCurve {
  readonly name: string
  readonly colour: ColourName
  readonly points: readonly XY[]
  readonly dashed?: boolean
}

/** What is drawn. */
export interface CurveChart {
  readonly title: string
  readonly x: string
  readonly y: string
  /** Of the values upwards. */
  readonly format: (value: number) => string
  readonly curves: readonly PaneCurve[]
}

const size = { width: 360, height: 240 }

/** From 0 to a round number not below `most`, in four steps or five. */
const axisTo = (most: number): Pick<ChartAxis, 'from' | 'to' | 'ticks'> => {
  const least = most > 0 ? most / 5 : 0.2
  const power = 10 ** Math.floor(Math.log10(least))
  const step = ([1, 2, 2.5, 5].find((factor) => factor * power >= least * (1 - 1e-9)) ?? 10) * power
  const steps = Math.max(1, Math.ceil(most / step - 1e-9))
  return { from: 0, to: steps * step, ticks: Array.from({ length: steps + 1 }, (_, i) => i * step) }
}

/** Draws curves with their names above them. */
export function curvePane({ title, x, y, format, curves }: CurveChart): Pane {
  const known = curves.map(({ points }) => points.filter((point) => Number.isFinite(point.y)))
  const all = known.flat()
  const most = (read: (point: XY) => number): number =>
    all.reduce((largest, point) => Math.max(largest, read(point)), 0)
  const frame = chartFrame(
    {
      label: x,
      format: count,
      ...axisTo(
        Math.max(
          5,
          most((point) => point.x),
        ),
      ),
    },
    { label: y, format, ...axisTo(most((point) => point.y)) },
    size,
    { left: 62, right: 18, top: 62, bottom: 44 },
  )
  let across = frame.area.x
  const drawn = curves.map(({ name, colour, dashed = false }, index) => {
    const look = {
      stroke: paint(colour),
      'stroke-width': 1.8,
      ...(dashed ? { 'stroke-dasharray': '5,3' } : {}),
    }
    const at = across
    across += 44 + textWidth(name)
    return (
      polyline(
        (known[index] ?? []).map((point) => frame.place(point.x, point.y)),
        look,
      ) +
      polyline(
        [
          { x: at, y: 32 },
          { x: at + 22, y: 32 },
        ],
        look,
      ) +
      words(name, { x: at + 28, y: 32 }, { 'font-size': 12, 'text-anchor': 'start' })
    )
  })
  const ends = curves.map(({ name }, index) => `${name} ends at ${format(known[index]?.at(-1)?.y ?? NaN)}`)
  return {
    size,
    markup: [frame.markup, ...drawn, words(title, { x: size.width / 2, y: 12 }, { 'font-weight': 600 })].join(
      '',
    ),
    caption: { title, description: ends.join('; ') },
  }
}
