/** @file The figures of an experiment: results with their spread, the swept setting, curves of validation and loss. */
import { wholeTicks } from '../plot/axes.ts'
import { barFigure } from '../plot/bars.ts'
import { type ChartAxis, logarithmic } from '../plot/chart-frame.ts'
import type { Drawing } from '../plot/drawing.ts'
import { count, fixed, percent, short } from '../plot/format.ts'
import { type Line, lineFigure } from '../plot/lines.ts'
import { seriesColours } from '../plot/palette.ts'
import { panesFigure } from '../plot/pane.ts'
import { sweepPane } from '../plot/sweep-chart.ts'
import type { ExperimentContents, ExperimentRow, OverSeeds } from './experiment-contents.ts'
import type { SeriesPoint } from './series.ts'

/** A figure under the name of its file. */
export interface ExperimentFigure {
  readonly name: string
  readonly title: string
  /** How to read it. */
  readonly reading: string
  /** With variables for colours: `standalone` fills them in. */
  readonly svg: string
}

const ends = (value: OverSeeds): object =>
  value.deviation === undefined
    ? {}
    : { low: value.mean - value.deviation, high: value.mean + value.deviation }

const bars = (
  drawing: Drawing,
  rows: readonly ExperimentRow[],
  title: string,
  read: (row: ExperimentRow) => OverSeeds | undefined,
  format: (value: number) => string,
  label: string,
): string => {
  const shown = rows.flatMap((row) => {
    const value = read(row)
    const name = row.troubles.length === 0 ? row.name : `${row.name} (!)`
    return value === undefined
      ? []
      : [
          {
            name,
            value: value.mean,
            colour: row.isReference ? ('orange' as const) : ('blue' as const),
            ...ends(value),
          },
        ]
  })
  const edges = shown.flatMap((bar) => [
    'low' in bar ? Number(bar.low) : bar.value,
    'high' in bar ? Number(bar.high) : bar.value,
  ])
  const [low, high] = [Math.min(...edges), Math.max(...edges)]
  const room = Math.max((high - low) * 0.15, Math.abs(high) * 0.002)
  return barFigure(drawing, {
    caption: { title, description: shown.map((bar) => `${bar.name} ${format(bar.value)}`).join('; ') },
    x: { label, format, domain: [low - room, high + room], tickCount: 4 },
    bars: shown,
    valueFormat: format,
    size: { width: 560, height: 76 + shown.length * 34 },
  })
}

/** The mean over seeds at each place that all of them have. */
const meanCurve = (curves: readonly (readonly SeriesPoint[])[]): readonly SeriesPoint[] => {
  const [first = []] = curves
  const maps = curves.map((curve) => new Map(curve.map(({ x, y }) => [x, y])))
  return first.flatMap(({ x }) => {
    const values = maps.flatMap((map) => map.get(x) ?? [])
    return values.length < maps.length
      ? []
      : [{ x, y: values.reduce((sum, y) => sum + y, 0) / values.length }]
  })
}

const curves = (
  drawing: Drawing,
  rows: readonly ExperimentRow[],
  title: string,
  of: 'loss' | 'validation',
  y: { readonly label: string; readonly format: (value: number) => string },
): string => {
  const named = rows.filter((row) => row.curves.some((curve) => curve[of].length > 0))
  const lines = named.map((row, index): Line => {
    const points = meanCurve(row.curves.map((curve) => curve[of]).filter((curve) => curve.length > 0))
    return {
      name: row.value === undefined ? row.name : String(row.value),
      colour: seriesColours[index % seriesColours.length] ?? 'blue',
      points,
      dashed: index >= seriesColours.length,
      dots: of === 'validation',
    }
  })
  const iterations = lines.flatMap(({ points }) => [points.at(0)?.x ?? 0, points.at(-1)?.x ?? 0])
  return lineFigure(drawing, {
    caption: {
      title,
      description: lines
        .map(({ name, points }) => `${name} ends at ${y.format(points.at(-1)?.y ?? NaN)}`)
        .join('; '),
    },
    x: {
      label: 'iteration',
      format: count,
      tickCount: wholeTicks(Math.min(...iterations), Math.max(...iterations)),
    },
    y,
    lines,
    size: { width: 560, height: 320 },
  })
}

const niceStep = (span: number): number => {
  const raw = span / 5
  const power = 10 ** Math.floor(Math.log10(raw))
  return ([1, 2, 5, 10].find((factor) => factor * power >= raw) ?? 10) * power
}

/** Differences smaller than this are not blown up to the height of a figure. */
const leastSpan = 0.02

const accuracyAxis = (values: readonly number[]): ChartAxis => {
  const known = values.length === 0 ? [0.5, 1] : values
  const [lowest, highest] = [Math.min(...known), Math.max(...known)]
  const more = Math.max(0, leastSpan - (highest - lowest)) / 2
  const [low, high] = [lowest - more, highest + more]
  const step = niceStep((high - low) * 1.2)
  const from = Math.floor((low - (high - low) * 0.15) / step) * step
  const to = Math.min(1, Math.ceil((high + (high - low) * 0.1) / step) * step)
  const ticks = Array.from({ length: Math.round((to - from) / step) + 1 }, (_, i) => from + i * step)
  return {
    label: 'accuracy',
    from,
    to: Math.max(to, from + step),
    ticks,
    format: (value) => percent(value, step < 0.01 ? 1 : 0),
  }
}

const settingAxis = (contents: ExperimentContents, values: readonly number[]): ChartAxis => {
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const isScale = contents.sweep?.parameter === 'scale'
  const label = isScale
    ? 'scale s'
    : contents.sweep?.option === 'margin'
      ? 'margin m'
      : (contents.sweep?.option ?? '')
  const all = contents.sweep?.bound?.at
  // Eq 6's line belongs into the picture; Eq 7's often lies far out
  const reach = isScale && all !== undefined ? [Math.min(low, all), Math.max(high, all)] : [low, high]
  if (isScale) {
    const from = (reach[0] ?? low) / 1.15
    const to = (reach[1] ?? high) * 1.15
    return { label, from, to, bend: logarithmic, ticks: [...values], format: short }
  }
  const room = (high - low) * 0.05
  return {
    label,
    from: Math.max(0, low - room),
    to: high + room,
    ticks: values.length > 12 ? values.filter((_, i) => i % 2 === 0) : [...values],
    format: short,
  }
}

const sweepFigure = (contents: ExperimentContents): string => {
  const rows = contents.rows
    .filter(({ value }) => value !== undefined)
    .toSorted((a, b) => (a.value ?? 0) - (b.value ?? 0))
  const values = rows.map(({ value }) => value ?? 0)
  const { bound, parameter = 'margin' } = contents.sweep ?? {}
  const pane = sweepPane({
    title: `Accuracy by ${parameter}`,
    x: settingAxis(contents, values),
    y: accuracyAxis(rows.flatMap(({ accuracy }) => accuracy?.values ?? [])),
    points: rows.map(({ value = 0, accuracy, troubles, done }) => ({
      x: value,
      values: accuracy?.values ?? [],
      failed: troubles.filter(({ kind }) => kind === 'failed').length,
      insufficient: troubles.filter(({ kind }) => kind === 'insufficient').length,
      of: done,
    })),
    ...(bound === undefined ? {} : { bound: { ...bound, works: parameter === 'scale' ? 'above' : 'below' } }),
  })
  return panesFigure([pane], pane.caption)
}

/** All figures, the most telling first. */
export function experimentFigures(
  drawing: Drawing,
  contents: ExperimentContents,
): readonly ExperimentFigure[] {
  const { rows, kind } = contents
  const measured = rows.some(({ accuracy }) => accuracy !== undefined)
  const over =
    contents.seeds.length > 1
      ? 'The bar is ± one standard deviation over seeds.'
      : 'One seed; the spread is not known.'
  const figures: ExperimentFigure[] = []
  if (kind === 'sweep')
    figures.push({
      name: 'sweep',
      title: `Accuracy by ${contents.sweep?.parameter ?? 'setting'}`,
      reading:
        'Each small dot is one training. Hatched values do not converge; grey is the side of the bound that cannot work.',
      svg: sweepFigure(contents),
    })
  if (measured && kind !== 'sweep')
    figures.push({
      name: 'accuracy',
      title: 'Accuracy',
      reading: `${over} The reference is orange; (!) marks trainings that did not converge as they should.`,
      svg: bars(
        drawing,
        rows,
        'Accuracy by loss',
        ({ accuracy }) => accuracy,
        (value) => percent(value, 1),
        'accuracy',
      ),
    })
  if (measured) {
    const degrees = (value: number): string => `${fixed(value, 1)}°`
    figures.push(
      {
        name: 'angle-within',
        title: 'Angle within a person',
        reading: `From an image to the centre of the person’s other images, less is tighter. ${over}`,
        svg: bars(drawing, rows, 'Angle within a person', ({ within }) => within, degrees, 'degrees'),
      },
      {
        name: 'angle-nearest',
        title: 'Angle to the nearest other person',
        reading: `Between the centres of two people, more is farther apart. ${over}`,
        svg: bars(
          drawing,
          rows,
          'Angle to the nearest other person',
          ({ nearest }) => nearest,
          degrees,
          'degrees',
        ),
      },
    )
  }
  if (rows.some((row) => row.curves.some(({ validation }) => validation.length > 0)))
    figures.push({
      name: 'validation',
      title: 'Validation by iteration',
      reading: 'Accuracy on the validation identities, mean over seeds.',
      svg: curves(drawing, rows, 'Validation accuracy by iteration', 'validation', {
        label: 'accuracy',
        format: (value) => percent(value, 1),
      }),
    })
  if (rows.some((row) => row.curves.some(({ loss }) => loss.length > 0)))
    figures.push({
      name: 'loss',
      title: 'Training loss by iteration',
      reading:
        'Running mean, mean over seeds. Losses of different kinds have different heights: compare shapes, not heights.',
      svg: curves(drawing, rows, 'Training loss by iteration', 'loss', { label: 'loss', format: short }),
    })
  return figures
}
