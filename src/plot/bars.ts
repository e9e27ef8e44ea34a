/** @file Values with intervals, one row each: for comparing models or settings. */
import { axes, type Axis } from './axes.ts'
import { drawFigure, type Drawing } from './drawing.ts'
import { type Caption, type FigureSize } from './svg.ts'
import { textWidth } from './labels.ts'
import { type ColourName, paint } from './palette.ts'

/** One row: a value and, where known, its interval. */
export interface Bar {
  readonly name: string
  readonly value: number
  readonly low?: number
  readonly high?: number
  readonly colour?: ColourName
}

/** What a figure of bars shows. */
export interface BarFigure {
  readonly caption: Caption
  readonly x: Axis & { readonly domain?: readonly [number, number] }
  readonly bars: readonly Bar[]
  /** How the value at the right is written; as the ticks where left out. */
  readonly valueFormat?: (value: number) => string
  /** A value to compare with, such as chance. */
  readonly reference?: { readonly at: number; readonly label: string }
  readonly size?: FigureSize
}

/** Draws each value as a dot with its interval as a line, names at the left, figures at the right. */
export function barFigure(drawing: Drawing, figure: BarFigure): string {
  const { Plot } = drawing
  const size = figure.size ?? { width: 440, height: 76 + figure.bars.length * 34 }
  const rows = figure.bars.map((bar) => ({ ...bar, colour: bar.colour ?? ('blue' as const) }))
  const values = rows.flatMap((bar) => [bar.low ?? bar.value, bar.high ?? bar.value])
  const domain = figure.x.domain ?? [Math.min(0, ...values), Math.max(...values) * 1.02]
  const reference = figure.reference
  const written = figure.valueFormat ?? figure.x.format
  return drawFigure(drawing, figure.caption, {
    ...size,
    marginTop: 24,
    marginRight: Math.max(...rows.map((bar) => textWidth(written(bar.value)))) + 20,
    marginBottom: 42,
    marginLeft: Math.max(...rows.map((bar) => textWidth(bar.name))) + 18,
    x: { domain: [...domain] },
    y: { type: 'band', domain: rows.map((bar) => bar.name), padding: 0.4 },
    marks: [
      axes(drawing, figure.x, { label: '', format: String }).slice(1, 2),
      Plot.gridX({
        stroke: paint('grid'),
        strokeOpacity: 1,
        ticks: figure.x.ticks === undefined ? (figure.x.tickCount ?? 5) : [...figure.x.ticks],
      }),
      Plot.axisY({ tickSize: 0, tickPadding: 10, label: null, color: paint('ink') }),
      ...(reference === undefined
        ? []
        : [
            Plot.ruleX([reference.at], { stroke: paint('soft'), strokeDasharray: '2,3' }),
            Plot.text([reference.label], {
              text: (text: string) => text,
              x: reference.at,
              frameAnchor: 'top',
              fill: paint('soft'),
              fontSize: 12,
              dy: -8,
            }),
          ]),
      Plot.ruleY(
        rows.filter((bar) => bar.low !== undefined && bar.high !== undefined),
        {
          y: 'name',
          x1: 'low',
          x2: 'high',
          stroke: (bar: (typeof rows)[number]) => paint(bar.colour),
          strokeOpacity: 0.4,
          strokeWidth: 7,
          strokeLinecap: 'round',
        },
      ),
      Plot.dot(rows, {
        y: 'name',
        x: 'value',
        fill: (bar: (typeof rows)[number]) => paint(bar.colour),
        r: 4.5,
      }),
      Plot.text(rows, {
        y: 'name',
        text: (bar: (typeof rows)[number]) => written(bar.value),
        frameAnchor: 'right',
        textAnchor: 'start',
        fontWeight: 600,
        dx: 8,
      }),
    ],
  })
}
